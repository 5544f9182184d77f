package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
  @TempDir @Nullable Path temporary;

  private Path root() {
    return Objects.requireNonNull(temporary);
  }

  private void write(String name) throws IOException {
    Path file = RawNames.resolve(root(), name.getBytes(StandardCharsets.UTF_8));
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, "value of " + name);
  }

  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    try (ImportSource source = ImportSource.open(root())) {
      for (Iterator<ImportSource.Item> items = source.items(); items.hasNext(); ) {
        ImportSource.Item item = items.next();
        keys.add(item.key().toString());
        try (InputStream in = item.value().open()) {
          byte[] bytes = in.readAllBytes();
          assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("value of " + item.key());
          assertThat(item.value().length()).isEqualTo(bytes.length);
        }
      }
    }
    return keys;
  }

  @Test
  void filesComeInTheOrderOfTheirKeys() throws IOException {
    for (String name :
        List.of(
            "b",
            "a/b",
            "a-x",
            "a/c/0",
            "a.x",
            "a0",
            "c/\uFF5E",
            "c/\uD83D\uDE00",
            "c/z",
            "é",
            "Z")) {
      write(name);
    }
    assertThat(keys())
        .containsExactly(
            "Z", "a-x", "a.x", "a/b", "a/c/0", "a0", "b", "c/z", "c/\uFF5E", "c/\uD83D\uDE00", "é");
  }

  @Test
  void namesMayHoldWhatUrlsAndShellsFear() throws IOException {
    List<String> names =
        List.of(
            "#hash",
            "%41",
            "a b",
            "a?b=c&d",
            "a\\b",
            "back`tick",
            "col:on",
            "new\nline",
            "q\"uote",
            "ta\tb");
    for (String name : names) {
      write(name);
      write("d" + name + "/" + name);
    }
    assertThat(keys())
        .containsAll(names)
        .hasSize(20)
        .contains("d%41/%41", "da b/a b", "d#hash/#hash");
  }

  @Test
  void emptyDirectoriesLeaveNothing() throws IOException {
    Files.createDirectories(root().resolve("a/b/c"));
    assertThat(keys()).isEmpty();
  }

  @Test
  void refusesLinksByName() throws IOException {
    write("a/file");
    Files.createSymbolicLink(root().resolve("a/link"), root().resolve("a/file"));
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("a/link")
        .hasMessageContaining("symbolic link");
  }

  @Test
  void refusesLinksToDirectoriesAndToNothingByName() throws IOException {
    Files.createSymbolicLink(root().resolve("loop"), root());
    assertThatThrownBy(this::keys).hasMessageContaining("loop");
    Files.delete(root().resolve("loop"));
    Files.createSymbolicLink(root().resolve("dangling"), root().resolve("absent"));
    assertThatThrownBy(this::keys).hasMessageContaining("dangling");
  }

  @Test
  void refusesFifosByName() throws IOException, InterruptedException {
    Process made = new ProcessBuilder("mkfifo", root().resolve("pipe").toString()).start();
    assertThat(made.waitFor()).isZero();
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("pipe")
        .hasMessageContaining("FIFO");
  }

  @Test
  void refusesNamesThatAreNoKeys() throws IOException {
    Path bad = RawNames.resolve(root(), new byte[] {'b', (byte) 0xFF, 'd'});
    Files.writeString(bad, "x");
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("b\uFFFDd")
        .hasMessageContaining("UTF-8");
  }

  @Test
  void refusesPathsLongerThanKeys() throws IOException {
    String deep = ("d".repeat(200) + "/").repeat(5) + "e".repeat(30);
    write(deep);
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("1024");
  }

  @Test
  void theSourceItselfMayBeALink() throws IOException {
    write("real/file");
    Path link = Files.createSymbolicLink(root().resolve("link"), root().resolve("real"));
    try (ImportSource source = ImportSource.open(link)) {
      assertThat(source.items().next().key()).hasToString("file");
    }
  }

  @Test
  void aSourceThatIsNotThereIsNotFound() {
    assertThatThrownBy(() -> ImportSource.open(root().resolve("absent")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("absent");
  }

  @Test
  void aFileThatIsNoZipIsRefused() throws IOException {
    write("file");
    assertThatThrownBy(() -> ImportSource.open(root().resolve("file")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("no zip");
  }
}
