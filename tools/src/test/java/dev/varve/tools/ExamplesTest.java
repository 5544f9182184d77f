package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pastes the example of every command's help into a shell, in an empty directory. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ExamplesTest {
  /**
   * In a local Maven repository's folders; what tools/pom.xml leaves out for the other commands.
   */
  private static final Pattern FOR_BUCKETS_AND_SERVING =
      Pattern.compile("/software/amazon/|/httpcomponents/|/reactivestreams/|/eclipse/jetty/");

  @TempDir Path directory;

  @Test
  void everyExampleWorksWhenPasted() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    launcher(bin.resolve("varve"));
    // One shell script, each example on its own, two at a time: a failure names its example.
    StringBuilder script = new StringBuilder("set -u\n");
    int started = 0;
    for (String command : CommandList.NAMES) {
      String help = Cli.run(command, "--help").exits(0).out().stripTrailing();
      String example = help.substring(help.lastIndexOf('\n') + 1).strip();
      script
          .append("{ (set -eo pipefail; ")
          .append(example)
          .append(") >out-")
          .append(command)
          .append(" || echo 'failed: ")
          .append(command)
          .append("'; } &\n")
          .append(++started % 2 == 0 ? "wait\n" : "");
    }
    script.append("wait\n");
    Path file = Files.writeString(directory.resolve("examples.sh"), script);
    ProcessBuilder shell =
        new ProcessBuilder("bash", file.toString()).directory(directory.toFile());
    shell.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    shell.environment().put("TMPDIR", directory.toString());
    shell.redirectErrorStream(true).redirectOutput(directory.resolve("told").toFile());
    Process running = shell.start();
    assertThat(running.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readString(directory.resolve("told"))).isEmpty();
    assertThat(running.exitValue()).isZero();
  }

  /** A program that runs the classes of this test run, by the launcher's rule those it needs. */
  private static void launcher(Path at) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            flag ->
                flag.startsWith("--add-opens=")
                    || flag.startsWith("--enable-native")
                    || flag.startsWith("--sun-misc"))
        .forEach(words::add);
    String every = System.getProperty("java.class.path");
    String local =
        Arrays.stream(every.split(File.pathSeparator))
            .filter(jar -> !FOR_BUCKETS_AND_SERVING.matcher(jar).find())
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(local.length()).isLessThan(every.length());
    Files.writeString(
        at,
        """
        #!/bin/sh
        classes='%s'
        case "$1: $*" in serve:*|*://*) classes='%s' ;; esac
        exec '%s' -cp "$classes" %s "$@"
        """
            .formatted(local, every, String.join("' '", words), Main.class.getName()));
    Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
