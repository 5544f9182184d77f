package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files an import reads, told by a source that counts. */
class FileMemoryTest {
  /** So long after the files were made that their times have settled. */
  private static final long LATER = 10_000;

  private final TestRepository repository = new TestRepository();
  private final long start = System.currentTimeMillis();

  @TempDir @Nullable Path temporary;

  @AfterEach
  void close() {
    repository.close();
  }

  private Path home() {
    return Objects.requireNonNull(temporary);
  }

  private Path source() {
    return home().resolve("source");
  }

  private Path caches() {
    return home().resolve("caches");
  }

  private Path write(String name, String value) throws IOException {
    Path file = source().resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, value);
  }

  private FileMemory memory(long now, boolean forget) {
    return FileMemory.of(caches(), source(), HashAlgorithm.SHA256, now, forget);
  }

  /** Imports at a time and says which keys were read. */
  private List<String> importAt(long now) {
    return imports(now, false);
  }

  private List<String> imports(long now, boolean forget) {
    TreeSet<String> read = new TreeSet<>();
    try (FileMemory memory = memory(now, forget);
        ImportSource source = new Watched(new DirectorySource(source(), memory), read);
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
          .run(source, transaction);
      transaction.commit(CommitInfo.of("import"));
      memory.keep();
    }
    return new ArrayList<>(read);
  }

  /** Notes the keys whose values were not known. */
  private record Watched(ImportSource inner, TreeSet<String> read) implements ImportSource {
    @Override
    public Iterator<Item> items() {
      return inner.items();
    }

    @Override
    public void learned(Item item, ContentHash hash) {
      if (item.known().isEmpty()) {
        read.add(item.key().toString());
      }
      inner.learned(item, hash);
    }

    @Override
    public String label() {
      return inner.label();
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private String value(String key) {
    return TestRepository.text(repository.main().get(Key.of(key)).orElseThrow());
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> all = Files.list(caches())) {
      List<Path> found = all.toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  @Test
  void filesThatWereNotTouchedAreNotReadAgain() throws IOException {
    write("zarr.json", "{}");
    write("a/c/0", "0");
    write("a/c/1", "");
    assertThat(importAt(start + LATER)).containsExactly("a/c/0", "a/c/1", "zarr.json");
    assertThat(importAt(start + 2 * LATER)).isEmpty();
    assertThat(importAt(start + 3 * LATER)).isEmpty();
    assertThat(value("a/c/0")).isEqualTo("0");
  }

  @Test
  void whereNothingIsNewNothingIsWritten() throws IOException {
    write("a", "1");
    importAt(start + LATER);
    Path file = onlyFile();
    FileTime past = FileTime.from(Instant.ofEpochSecond(1000));
    Files.setLastModifiedTime(file, past);
    importAt(start + 2 * LATER);
    assertThat(Files.getLastModifiedTime(onlyFile())).isEqualTo(past);
  }

  @Test
  void onlyWhatChangedIsReadAndTheRestStaysKnown() throws IOException {
    for (String name : List.of("a", "b", "c", "d")) {
      write(name, "1");
    }
    importAt(start + LATER);
    write("b", "22");
    Files.delete(source().resolve("c"));
    write("bb", "new");
    assertThat(importAt(start + 2 * LATER)).containsExactly("b", "bb");
    assertThat(value("b")).isEqualTo("22");
    assertThat(value("bb")).isEqualTo("new");
    assertThat(importAt(start + 3 * LATER)).isEmpty();
  }

  @Test
  void aFileWrittenWithinTheTickOfTheImportIsReadAgain() throws IOException {
    Path file = write("a", "1");
    long modified = Files.getLastModifiedTime(file).toMillis();
    importAt(modified);
    assertThat(importAt(modified + 1)).containsExactly("a");
    assertThat(importAt(start + LATER)).containsExactly("a");
    assertThat(importAt(start + 2 * LATER)).isEmpty();
  }

  @Test
  void aFileRewrittenInTheTickInWhichItWasReadIsFound() throws IOException {
    Path file = write("a", "1");
    FileTime time = Files.getLastModifiedTime(file);
    importAt(time.toMillis());
    rewriteLikeBefore(file, "2", time);
    importAt(time.toMillis() + 1);
    assertThat(value("a")).isEqualTo("2");
  }

  @Test
  void aFileOfThatSizeAndTimeIsFoundByTheTimeThatNobodyCanSet() throws IOException {
    Path file = write("a", "old");
    importAt(start + LATER);
    rewriteLikeBefore(file, "new", Files.getLastModifiedTime(file));
    assertThat(importAt(start + 2 * LATER)).containsExactly("a");
    assertThat(value("a")).isEqualTo("new");
  }

  /** Writes other bytes of the same length into the same file and sets its time back. */
  private static void rewriteLikeBefore(Path file, String value, FileTime time) throws IOException {
    Object changed = Files.getAttribute(file, "unix:ctime");
    do {
      Files.write(file, value.getBytes(StandardCharsets.UTF_8));
      Files.setLastModifiedTime(file, time);
    } while (Files.getAttribute(file, "unix:ctime").equals(changed));
  }

  @Test
  void aFileThatAnotherWasRenamedToIsReadAgain() throws IOException {
    Path file = write("a", "old");
    FileTime time = Files.getLastModifiedTime(file);
    Path other = Files.writeString(home().resolve("other"), "new");
    Files.setLastModifiedTime(other, time);
    importAt(start + LATER);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(importAt(start + 2 * LATER)).containsExactly("a");
    assertThat(value("a")).isEqualTo("new");
  }

  @Test
  void aFileFromTheFutureIsNeverTrusted() throws IOException {
    Path file = write("a", "1");
    Files.setLastModifiedTime(file, FileTime.fromMillis(start + 1000 * LATER));
    importAt(start + LATER);
    assertThat(importAt(start + 2 * LATER)).containsExactly("a");
  }

  @Test
  void aMemoryFromTheFutureIsNotTrusted() throws IOException {
    write("a", "1");
    importAt(start + 5 * LATER);
    assertThat(importAt(start + 2 * LATER)).containsExactly("a");
    assertThat(importAt(start + 3 * LATER)).isEmpty();
  }

  @Test
  void rehashingReadsEverything() throws IOException {
    write("a", "1");
    importAt(start + LATER);
    assertThat(imports(start + 2 * LATER, true)).containsExactly("a");
    assertThat(importAt(start + 3 * LATER)).isEmpty();
  }

  @Test
  void whatTheBranchDoesNotHoldIsReadAgain() throws IOException {
    write("a", "1");
    write("zarr.json", "{}");
    importAt(start + LATER);
    repository.commit("a", "-", "zarr.json", "{\"other\":1}");
    importAt(start + 2 * LATER);
    assertThat(value("a")).isEqualTo("1");
    assertThat(value("zarr.json")).isEqualTo("{}");
  }

  @Test
  void damageAnywhereCostsReadingAndNoMore() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("k" + i, "value " + i);
    }
    importAt(start + LATER);
    Path file = onlyFile();
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at += 53) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 4;
      Files.write(file, damaged);
      assertThat(importAt(start + 2 * LATER)).as("a bit of byte %d", at).hasSize(20);
      Files.write(file, Arrays.copyOf(whole, at));
      assertThat(importAt(start + 2 * LATER)).as("cut to %d bytes", at).hasSize(20);
    }
  }

  @Test
  void manyFilesTakeManyBlocksAndTheRightOneIsFound() throws IOException {
    for (int i = 0; i < 3000; i++) {
      write("a/c/" + i, "value " + i);
    }
    importAt(start + LATER);
    assertThat(Files.size(onlyFile())).isGreaterThan(2L * FileMemoryWriter.BLOCK);
    write("a/c/1717", "changed");
    write("zarr.json", "{}");
    assertThat(importAt(start + 2 * LATER)).containsExactly("a/c/1717", "zarr.json");
    assertThat(value("a/c/1717")).isEqualTo("changed");
    assertThat(importAt(start + 3 * LATER)).isEmpty();
  }

  @Test
  void aFolderThatCannotBeWrittenFailsNothing() throws IOException {
    write("a", "1");
    Files.writeString(caches(), "a file where the folder would be");
    assertThat(importAt(start + LATER)).containsExactly("a");
    assertThat(importAt(start + 2 * LATER)).containsExactly("a");
  }

  @Test
  void theOldestMemoriesAreRemoved() throws IOException {
    Files.createDirectories(caches());
    for (int i = 0; i < 100; i++) {
      Path old = Files.writeString(caches().resolve("old" + i), "x");
      Files.setLastModifiedTime(old, FileTime.fromMillis(1000L + i));
    }
    write("a", "1");
    importAt(start + LATER);
    try (Stream<Path> all = Files.list(caches())) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .hasSize(64)
          .contains("old99")
          .doesNotContain("old0");
    }
    assertThat(importAt(start + 2 * LATER)).isEmpty();
  }

  @Test
  void anImportThatFailsLeavesNothingInTheFolder() throws IOException {
    write("a", "1");
    Files.createSymbolicLink(source().resolve("b"), home().resolve("elsewhere"));
    Files.createDirectories(caches());
    assertThatThrownBy(() -> importAt(start + LATER))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("symbolic link");
    try (Stream<Path> all = Files.list(caches())) {
      assertThat(all).isEmpty();
    }
  }

  @Test
  void aLinkToTheDirectoryIsTheDirectory() throws IOException {
    write("a", "1");
    importAt(start + LATER);
    Path link = Files.createSymbolicLink(home().resolve("link"), source());
    FileMemory through =
        FileMemory.of(caches(), link, HashAlgorithm.SHA256, start + 2 * LATER, false);
    try (through;
        ImportSource source = ImportSource.open(link, through)) {
      assertThat(source.items().next().known()).isPresent();
    }
  }

  @Test
  void eachHashHasAMemoryOfItsOwn() throws IOException {
    write("a", "1");
    importAt(start + LATER);
    try (FileMemory other =
            FileMemory.of(caches(), source(), HashAlgorithm.BLAKE3, start + 2 * LATER, false);
        ImportSource source = ImportSource.open(source(), other)) {
      assertThat(source.items().next().known()).isEmpty();
    }
  }
}
