package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.NotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/** Which directories are taken for what. */
class DirectoriesTest {
  private static final ByteBuffer CONFIG = ByteBuffer.wrap(new byte[] {1, 2, 3});

  @TempDir Path directory;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void createMakesParentsAndTakesAnEmptyDirectory() throws IOException {
    Path deep = directory.resolve("a/b/c");
    LmdbBackend.create(deep).close();
    assertThat(names(deep)).containsExactly("data.mdb", "lock.mdb");

    Path empty = Files.createDirectory(directory.resolve("empty"));
    LmdbBackend.create(empty).close();

    LmdbBackend.open(empty).close();
  }

  @Test
  void createOpensWhatIsThereAndTheConfigTells() {
    Path repo = directory.resolve("repo");
    try (LmdbBackend first = LmdbBackend.create(repo)) {
      assertThat(first.createConfig(CONFIG)).isTrue();
    }
    try (LmdbBackend second = LmdbBackend.create(repo)) {
      assertThat(second.createConfig(ByteBuffer.wrap(new byte[] {9}))).isFalse();
      assertThat(second.config()).contains(CONFIG);
    }
  }

  @Test
  void createRefusesADirectoryThatHoldsAnythingElseAndLeavesItAlone() throws IOException {
    Path full = Files.createDirectory(directory.resolve("full"));
    Files.writeString(full.resolve("thesis.txt"), "years of work");

    assertThatThrownBy(() -> LmdbBackend.create(full))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("thesis.txt")
        .hasMessageContaining("choose");

    assertThat(names(full)).containsExactly("thesis.txt");
  }

  @Test
  void createRefusesAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");

    assertThatThrownBy(() -> LmdbBackend.create(file))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> LmdbBackend.create(file.resolve("below")))
        .isInstanceOf(BackendException.class);

    assertThat(file).hasContent("text");
  }

  @Test
  void createRefusesAnLmdbFileOfSomethingElse() throws IOException {
    Path other = foreign();

    assertThatThrownBy(() -> LmdbBackend.create(other))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("something else");
    assertThatThrownBy(() -> LmdbBackend.open(other))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("something else");
  }

  private Path foreign() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (Env<Pointer> env = Env.create(new PointerProxy()).setMaxDbs(1).open(other.toFile())) {
      env.openDbi("theirs", DbiFlags.MDB_CREATE);
    }
    return other;
  }

  @Test
  void openFindsNothingWhereThereIsNoRepository() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Path file = Files.writeString(directory.resolve("file"), "text");
    Path unfinished = Files.createDirectory(directory.resolve("unfinished"));
    Files.createFile(unfinished.resolve("data.mdb"));

    for (Path each : List.of(directory.resolve("absent"), empty, file, unfinished)) {
      assertThatThrownBy(() -> LmdbBackend.open(each))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining(each.toString())
          .hasMessageContaining("varve init");
    }
    assertThat(names(empty)).isEmpty();
    assertThat(names(unfinished)).containsExactly("data.mdb");
  }

  @Test
  void creationThatDidNotComeToAnEndIsCompleted() throws IOException {
    Path repo = Files.createDirectory(directory.resolve("repo"));
    Files.createFile(repo.resolve("data.mdb"));

    try (LmdbBackend backend = LmdbBackend.create(repo)) {
      assertThat(backend.createConfig(CONFIG)).isTrue();
    }
    LmdbBackend.open(repo).close();
  }

  @Test
  void fileThatIsNoLmdbFileIsDamage() throws IOException {
    Path repo = Files.createDirectory(directory.resolve("repo"));
    Files.write(repo.resolve("data.mdb"), new byte[10_000]);

    assertThatThrownBy(() -> LmdbBackend.open(repo))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("data.mdb");
  }

  @Test
  void copyOfARepositoryIsARepository() throws IOException {
    Path repo = directory.resolve("repo");
    try (LmdbBackend backend = LmdbBackend.create(repo)) {
      backend.createConfig(CONFIG);
    }
    Path copy = Files.createDirectory(directory.resolve("copy \u00e9"));
    Files.copy(repo.resolve("data.mdb"), copy.resolve("data.mdb"));

    try (LmdbBackend backend = LmdbBackend.open(copy)) {
      assertThat(backend.config()).contains(CONFIG);
      assertThat(backend.location()).isEqualTo(copy.toString());
    }
  }

  @Test
  void networkFileSystemsAreKnownByName() {
    assertThat(List.of("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"))
        .allMatch(RepositoryDirectory::isNetwork);
    assertThat(List.of("ext4", "xfs", "btrfs", "zfs", "apfs", "tmpfs", "overlay", "unknown"))
        .noneMatch(RepositoryDirectory::isNetwork);
  }
}
