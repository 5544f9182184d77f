package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten million keys in one array, in a process with a heap of 512 MiB. */
class ManyKeysTest {
  private static final int KEYS = Integer.getInteger("varve.test.keys", 10_000_000);

  @Test
  void everydayOperationsTouchOnlyAPath(@TempDir Path folder)
      throws IOException, InterruptedException {
    Map<String, Long> counts = run(folder.resolve("many"));
    assertThat(counts.get("keys")).isEqualTo(KEYS + 4L);
    // Trees of four levels at most: a lookup reads one path of the chunks.
    assertThat(counts.get("lookup")).isLessThanOrEqualTo(4);
    // Both trees' roots, the path, and its neighbours where a node's end must be seen.
    assertThat(counts.get("commit")).isLessThanOrEqualTo(12);
    assertThat(counts.get("changed")).isEqualTo(1);
    // The value, the nodes of one path, the commit.
    assertThat(counts.get("stored")).isLessThanOrEqualTo(6);
    assertThat(counts.get("items")).isEqualTo(2);
    assertThat(counts.get("listing")).isLessThanOrEqualTo(9);
    assertThat(counts.get("differences")).isEqualTo(1);
    assertThat(counts.get("diff")).isLessThanOrEqualTo(8);
  }

  private static Map<String, Long> run(Path repository) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "--add-opens",
                    "java.base/java.nio=ALL-UNNAMED",
                    "--add-opens",
                    "java.base/sun.nio.ch=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ManyKeysProgram.class.getName(),
                    repository.toString(),
                    String.valueOf(KEYS)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, Long> counts = new HashMap<>();
    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(words -> counts.put(words[0], Long.parseLong(words[1])));
    assertThat(process.waitFor()).isZero();
    return counts;
  }
}
