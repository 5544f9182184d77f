package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories on disk that are damaged in their file. */
class RepairDiskTest {
  @TempDir private Path folder;
  private String repo = "";
  private String copy = "";
  private Path data = Path.of("");

  @BeforeEach
  void fill() {
    repo = Cli.repository(folder);
    copy = folder.resolve("copy").toString();
    data = Path.of(repo, "data.mdb");
    String value = "the value of a chunk, which is long enough to be found in the file ";
    Cli.apply(repo, "one", Cli.set("air/.zarray", Zarr.ARRAY_V2), Cli.set("air/0.0", value));
    for (int i = 0; i < 20; i++) {
      Cli.put(repo, "air/0.1", value + i);
    }
    Cli.run("tag", repo, "v1").exits(0);
    Cli.run("clone", repo, copy).exits(0);
  }

  private void overwrite(long at, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(at);
      file.write(bytes);
    }
  }

  /** Changes a byte of a text wherever it stands: pages that are not in use hold it, too. */
  private void change(String text, int at, char to) throws IOException {
    String all = Files.readString(data, StandardCharsets.ISO_8859_1);
    int found = all.indexOf(text);
    assertThat(found).isPositive();
    for (; found > 0; found = all.indexOf(text, found + 1)) {
      overwrite(found + at, new byte[] {(byte) to});
    }
  }

  @Test
  void flippedBitInTheFileIsFlippedBack() throws IOException {
    change("found in the file 19", 18, '0');
    Cli.run("verify", repo).exits(3);

    JsonNode repaired = Cli.run("repair", repo, "--json").exits(0).lines("repaired").get(0);

    assertThat(repaired.path("source").asText()).isEqualTo("one-bit");
    Cli.run("verify", repo).exits(0);
    assertThat(Cli.run("cat", repo, "main", "air/0.1").exits(0).out()).endsWith("file 19");
    try (Stream<Path> kept = Files.list(Path.of(repo, "damaged"))) {
      assertThat(kept).hasSize(1).allSatisfy(p -> assertThat(p).content().endsWith("file 09"));
    }
  }

  @Test
  void fileWithoutRootPagesIsMadeAnewFromItsPages() throws IOException {
    overwrite(0, new byte[8192]);
    Cli.run("log", repo).exits(3);
    Cli.run("repair", repo, "--dry-run").exits(3);

    Cli.Result result = Cli.run("repair", repo, "--json").exits(0);

    JsonNode moved = result.lines("moved-aside").get(0);
    assertThat(moved.path("role").asText()).isEqualTo("storage");
    assertThat(Path.of(moved.path("place").asText())).exists();
    Cli.run("verify", repo).exits(0);
    assertThat(Cli.run("log", repo, "--json").exits(0).lines()).hasSize(21);
    assertThat(Cli.run("cat", repo, "v1", "air/0.1").exits(0).out()).endsWith("file 19");
  }

  @Test
  void fileOfWhichLittleIsLeftIsFilledFromTheOtherRepository() throws IOException {
    long length = Files.size(data);
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(length / 3);
    }
    Cli.run("verify", repo).exits(3);

    Cli.Result result = Cli.run("repair", repo, "--from", copy, "--json");

    // Which pages are left differs from run to run: old records of the log may be lost for good.
    // Commits that are here and lead to a branch of the other repository are not.
    assertThat(result.exit()).isIn(0, 3);
    assertThat(result.lines("lost"))
        .allMatch(line -> line.path("object").asText().contains(" record "));
    assertThat(Cli.run("hash", repo, "main").exits(0).out())
        .isEqualTo(Cli.run("hash", copy, "main").exits(0).out());
    assertThat(Cli.run("cat", repo, "v1", "air/0.1").exits(0).out()).endsWith("file 19");
    assertThat(Cli.run("repair", repo, "--from", copy).exit()).isIn(0, result.exit());
  }

  @Test
  void emptiedFileIsFilledFromTheOtherRepository() throws IOException {
    overwrite(0, new byte[(int) Files.size(data)]);

    Cli.run("repair", repo, "--from", copy, "--json").exits(0);

    Cli.run("verify", repo).exits(0);
    assertThat(Cli.run("hash", repo, "v1").exits(0).out())
        .isEqualTo(Cli.run("hash", copy, "v1").exits(0).out());
  }
}
