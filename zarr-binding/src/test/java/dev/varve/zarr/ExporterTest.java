package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.NotFoundException;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExporterTest {
  private final DamagedBackend backend = new DamagedBackend(new MemoryBackend());
  private final TestRepository repository = new TestRepository(backend);
  private final Exporter exporter =
      new Exporter(TestRepository.environment(), 3, TransferProgress.NONE);

  @TempDir @Nullable Path temporary;

  @AfterEach
  void close() {
    repository.close();
  }

  private Path home() {
    return Objects.requireNonNull(temporary);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(home())) {
      return all.filter(path -> !path.equals(home()))
          .map(path -> home().relativize(path).toString() + (Files.isDirectory(path) ? "/" : ""))
          .sorted()
          .toList();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }

  @Test
  void writesEveryKeyAsAFile() throws IOException {
    Snapshot snapshot =
        repository.commit("zarr.json", "{}", "a/c/0", "x", "a/zarr.json", "{ }", "empty", "");
    ExportReport report = exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out"));
    assertThat(report).isEqualTo(new ExportReport(4, 6, home().resolve("out")));
    assertThat(files())
        .containsExactly(
            "out/",
            "out/a/",
            "out/a/c/",
            "out/a/c/0",
            "out/a/zarr.json",
            "out/empty",
            "out/zarr.json");
    assertThat(text(home().resolve("out/a/zarr.json"))).isEqualTo("{ }");
    assertThat(home().resolve("out/empty")).isEmptyFile();
  }

  @Test
  void writesWhatLiesBelowAPath() throws IOException {
    Snapshot snapshot = repository.commit("zarr.json", "{}", "g/a/0", "x", "g-x", "y", "gg/b", "z");
    exporter.run(snapshot, ZarrPath.of("/g"), home().resolve("out"));
    exporter.run(snapshot, ZarrPath.of("/g/"), home().resolve("out.zip"));
    assertThat(files()).containsExactly("out.zip", "out/", "out/a/", "out/a/0");
    try (ImportSource zip = ImportSource.open(home().resolve("out.zip"))) {
      assertThat(zip.items().next().key()).hasToString("a/0");
    }
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.of("/absent"), home().resolve("x")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("/absent");
  }

  @Test
  void anEmptySnapshotIsAnEmptyDirectoryAndAnEmptyZip() throws IOException {
    repository.commit("a", "x");
    Snapshot snapshot = repository.commit("a", "-");
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out"));
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out.zip"));
    assertThat(files()).containsExactly("out.zip", "out/");
    try (ImportSource zip = ImportSource.open(home().resolve("out.zip"))) {
      assertThat(zip.items().hasNext()).isFalse();
    }
  }

  @Test
  void awkwardNamesComeBack() throws IOException {
    List<String> names =
        List.of(
            "#hash",
            "%41",
            "a b",
            "a?b",
            "a\\b",
            "é",
            "\uFF5E",
            "\uD83D\uDE00",
            "new\nline",
            "-dash");
    try (Transaction transaction = repository.repository().begin("main")) {
      for (String name : names) {
        transaction.put(Key.of(name), TestRepository.bytes(name));
        transaction.put(Key.of("d" + name + "/" + name), TestRepository.bytes(name));
      }
      transaction.commit(CommitInfo.of("names"));
    }
    for (String destination : List.of("out", "out.zip")) {
      exporter.run(repository.main(), ZarrPath.ROOT, home().resolve(destination));
      List<String> back = new ArrayList<>();
      try (ImportSource source = ImportSource.open(home().resolve(destination))) {
        source.items().forEachRemaining(item -> back.add(item.key().toString()));
      }
      List<String> keys = new ArrayList<>();
      repository.main().entries("").forEachRemaining(entry -> keys.add(entry.key().toString()));
      assertThat(back).isEqualTo(keys).hasSize(20);
    }
  }

  @Test
  void aDirectoryRefusesAKeyThatIsADirectoryTooAndAZipDoesNot() throws IOException {
    Snapshot snapshot =
        repository.commit("a", "1", "a-b", "1", "a.b", "1", "a/b", "2", "z/c", "3", "z/c/0", "4");
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.ROOT, home().resolve("x/out")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("a would be a file, and a directory for a/b")
        .hasMessageContaining(".zip");
    assertThat(files()).isEmpty();
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.of("/z"), home().resolve("out")))
        .hasMessageContaining("z/c would be a file");
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out.zip"));
    List<String> keys = new ArrayList<>();
    try (ImportSource zip = ImportSource.open(home().resolve("out.zip"))) {
      zip.items().forEachRemaining(item -> keys.add(item.key().toString()));
    }
    assertThat(keys).containsExactly("a", "a-b", "a.b", "a/b", "z/c", "z/c/0");
  }

  @Test
  void keysThatOnlyBeginAlikeAreNoClash() throws IOException {
    Snapshot snapshot =
        repository.commit("a/1", "x", "a/10", "x", "a/1.x/y", "x", "a/100", "x", "a/11", "x");
    assertThat(exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out")).keys()).isEqualTo(5);
  }

  @Test
  void namesThatDifferInCaseAreTwoFiles() throws IOException {
    Snapshot snapshot = repository.commit("A", "upper", "a", "lower");
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out"));
    assertThat(text(home().resolve("out/A"))).isEqualTo("upper");
  }

  @Test
  void anEmptyDirectoryIsFilledAndMissingParentsAreMade() throws IOException {
    Snapshot snapshot = repository.commit("a/b", "x", "c", "y");
    Path empty = Files.createDirectory(home().resolve("empty"));
    Path link =
        Files.createSymbolicLink(
            home().resolve("link"), Files.createDirectory(home().resolve("real")));
    exporter.run(snapshot, ZarrPath.ROOT, empty);
    exporter.run(snapshot, ZarrPath.ROOT, link);
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("x/y/out"));
    exporter.run(snapshot, ZarrPath.ROOT, home().resolve("u/v/out.zip"));
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(files())
        .contains(
            "empty/a/b", "empty/c", "real/a/b", "real/c", "x/y/out/a/b", "x/y/out/c", "u/v/out.zip")
        .noneMatch(name -> name.contains("partial"));
  }

  @Test
  void aDestinationInUseIsRefusedAndUntouched() throws IOException {
    Snapshot snapshot = repository.commit("a", "x");
    Files.writeString(home().resolve("file"), "mine");
    Files.writeString(home().resolve("taken.zip"), "mine");
    Files.createDirectories(home().resolve("full/sub"));
    List<String> before = files();
    for (String name : List.of("file", "taken.zip", "full", "file/below", "file/below.zip")) {
      assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.ROOT, home().resolve(name)))
          .as(name)
          .isInstanceOf(TransferException.class)
          .hasMessageContaining(name);
    }
    assertThat(files()).isEqualTo(before);
    assertThat(text(home().resolve("file"))).isEqualTo("mine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"out", "x/y/out", "out.zip", "x/y/out.zip", "empty"})
  void aDamagedValueLeavesNothingBehind(String destination) throws IOException {
    String[] edits = new String[400];
    for (int i = 0; i < edits.length; i += 2) {
      edits[i] = "dir" + i % 7 + "/" + i;
      edits[i + 1] = "value " + i;
    }
    Snapshot snapshot = repository.commit(edits);
    Files.createDirectory(home().resolve("empty"));
    backend.flip(repository.algorithm().hash("value 250".getBytes(StandardCharsets.UTF_8)), 3);
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.ROOT, home().resolve(destination)))
        .isInstanceOf(CorruptDataException.class);
    assertThat(files()).containsExactly("empty/");
    backend.delete(repository.algorithm().hash("value 250".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.ROOT, home().resolve(destination)))
        .isInstanceOf(MissingBlobException.class);
    assertThat(files()).containsExactly("empty/");
    backend.restore();
    assertThat(exporter.run(snapshot, ZarrPath.ROOT, home().resolve(destination)).keys())
        .isEqualTo(200);
  }

  @Test
  void aNameTooLongForTheFileSystemIsAnErrorThatLeavesNothing() throws IOException {
    Snapshot snapshot = repository.commit("a", "x", "n".repeat(300), "y");
    assertThatThrownBy(() -> exporter.run(snapshot, ZarrPath.ROOT, home().resolve("out")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("nnn");
    assertThat(files()).isEmpty();
  }

  @Test
  void largeValuesAreCopiedInParts() throws IOException {
    byte[] large = new byte[Blobs.MAX_WHOLE + 4321];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 131 >>> 5);
    }
    try (Transaction transaction = repository.repository().begin("main")) {
      transaction.put(Key.of("large"), ByteBuffer.wrap(large));
      transaction.put(Key.of("z"), TestRepository.bytes("small"));
      transaction.commit(CommitInfo.of("large"));
    }
    exporter.run(repository.main(), ZarrPath.ROOT, home().resolve("out"));
    exporter.run(repository.main(), ZarrPath.ROOT, home().resolve("out.zip"));
    assertThat(Files.readAllBytes(home().resolve("out/large"))).isEqualTo(large);
    try (ImportSource zip = ImportSource.open(home().resolve("out.zip"));
        java.io.InputStream in = zip.items().next().value().open()) {
      assertThat(in.readAllBytes()).isEqualTo(large);
    }
  }

  @Test
  void progressCountsUpToTheWhole() throws IOException {
    Snapshot snapshot = repository.commit("a", "xx", "b", "yy", "c", "zz");
    List<String> seen = new ArrayList<>();
    Exporter counting =
        new Exporter(
            TestRepository.environment(), 2, (keys, bytes) -> seen.add(keys + " " + bytes));
    counting.run(snapshot, ZarrPath.ROOT, home().resolve("out"));
    assertThat(seen).containsExactly("1 2", "2 4", "3 6");
  }
}
