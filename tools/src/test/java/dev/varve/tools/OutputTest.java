package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(OutputStream out, boolean terminal, String in, String... args) {
    byte[] bytes = in.getBytes(StandardCharsets.UTF_8);
    return Main.run(
        new Console(new ByteArrayInputStream(bytes), out, err, terminal, Map.of(), Backends.SYSTEM),
        args);
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Takes some bytes and then fails every time. */
  private static OutputStream failing(int room, String why) {
    return new OutputStream() {
      private int left = room;

      @Override
      public void write(int b) throws IOException {
        if (left-- <= 0) {
          throw new IOException(why);
        }
      }
    };
  }

  @Test
  void aReaderThatLeavesEndsTheCommandQuietly() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    for (String[] args :
        new String[][] {
          {"log", repo}, {"ls", repo, "main", "--json"}, {"cat", repo, "main", "a"}
        }) {
      assertThat(run(failing(0, "Broken pipe"), false, "", args)).isZero();
    }
    assertThat(told()).isEmpty();
    // A check whose findings nobody read has proved nothing, and edits that were asked for are
    // undone.
    assertThat(run(failing(0, "Broken pipe"), false, "", "verify", repo)).isEqualTo(1);
    String edits = Cli.set("b", "1") + "\n{\"commit\":\"x\"}\n";
    assertThat(run(failing(0, "Broken pipe"), false, edits, "apply", repo)).isEqualTo(1);
    assertThat(told()).isEmpty();
  }

  @Test
  void aFullDiskBehindStandardOutputIsAFailure() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    assertThat(run(failing(3, "No space left on device"), false, "", "log", repo)).isEqualTo(1);
    assertThat(told()).contains("standard output").contains("No space left");
  }

  @Test
  void jsonAndWordsDoNotDependOnTheLocale() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "größe", "x".repeat(5000));
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(Cli.run("ls", repo, "main", "-r").out()).isEqualTo("größe\n");
      assertThat(Cli.run("show", repo).out()).contains("4.9 KiB");
      assertThat(Cli.run("log", repo, "--json").only().path("time").asText())
          .matches("[0-9TZ:.-]+");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void namesCannotSteerATerminal() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a\u001b[2Jb", "1", "-m", "m\u001b]0;x\u0007");
    assertThat(Cli.run("ls", repo, "main").out()).isEqualTo("a\\u001b[2Jb\n");
    assertThat(Cli.run("log", repo).out()).doesNotContain("\u001b").doesNotContain("\u0007");
    assertThat(Cli.run("show", repo).out()).doesNotContain("\u001b");
    assertThat(Cli.run("ls", repo, "main", "--json").only().path("key").asText())
        .isEqualTo("a\u001b[2Jb");
  }

  @Test
  void nothingIsDrawnWithinASecondOrWhereNobodyWatches() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    run(new ByteArrayOutputStream(), true, "", "du", repo);
    assertThat(told()).isEmpty();
  }

  @Test
  void aStackTraceIsShownOnlyWhereItIsAskedFor() {
    String repo = directory.resolve("none").toString();
    assertThat(Cli.run("log", repo).exits(5).err()).doesNotContain("\tat ");
    int exit =
        Main.run(
            new Console(
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                err,
                false,
                Map.of("VARVE_DEBUG", "1"),
                Backends.SYSTEM),
            "log",
            repo);
    assertThat(exit).isEqualTo(5);
    assertThat(told()).contains("\tat dev.varve.");
  }
}
