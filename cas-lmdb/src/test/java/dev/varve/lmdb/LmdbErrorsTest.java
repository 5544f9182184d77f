package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.testkit.Mount;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/** What the system says becomes what the caller should do. */
class LmdbErrorsTest {
  private static final Path PLACE = Path.of("place");

  @TempDir Path directory;

  private static StoreException of(IOException failed) {
    return LmdbErrors.of("store a value", PLACE, failed);
  }

  @Test
  void fileErrorsNameOperationPlaceCauseAndNextStep() {
    assertThat(of(new FileSystemException("f", null, "No space left on device")))
        .isInstanceOf(BackendException.class)
        .hasMessage(
            "cannot store a value in place: the disk is full; free some space and try again");
    assertThat(of(new FileSystemException("f", null, "Disk quota exceeded")))
        .hasMessageContaining("the disk is full");
    assertThat(of(new AccessDeniedException("f")))
        .hasMessage("cannot store a value in place: access is denied");
    assertThat(of(new IOException("Input/output error")))
        .hasMessageContaining("Input/output error")
        .hasCauseInstanceOf(IOException.class);
  }

  /** What Java throws for a sync that failed tells no reason. */
  @Test
  void syncThatFailedTellsWhatTheDiskSays() throws Exception {
    SyncFailedException failed = new SyncFailedException("sync failed");
    assertThat(LmdbErrors.of("store a value", directory.resolve("file"), failed))
        .hasMessageContaining("the system could not write it to the disk; its log tells why")
        .hasCause(failed);
    assertThat(directory).isEmptyDirectory();
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 2)) {
      mount.makeReadOnly();
      assertThat(LmdbErrors.of("store a value", mount.place(), failed))
          .hasMessageContaining("the disk is read-only");
    }
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 2)) {
      Files.write(mount.place().resolve("file"), new byte[3 << 19]);
      assertThat(LmdbErrors.of("store a value", mount.place().resolve("file"), failed))
          .hasMessageContaining("the disk is full");
    }
  }

  /** LMDB itself, made to fail. */
  @Test
  void missingDirectoryIsNamedWithItsErrorCode() {
    try (Env<Pointer> env =
        Env.create(new PointerProxy()).open(directory.resolve("absent").toFile())) {
      throw new AssertionError("opened, with keys up to " + env.getMaxKeySize());
    } catch (LmdbNativeException failed) {
      assertThat(LmdbErrors.forbidden(failed)).isFalse();
      assertThat(LmdbErrors.of("open the repository", PLACE, failed))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cannot open the repository in place")
          .hasMessageContaining("ENOENT")
          .hasCause(failed);
    }
  }

  @Test
  void fullMapIsNoDamage() {
    try (Env<Pointer> env =
        Env.create(new PointerProxy())
            .setMapSize(1 << 16)
            .setMaxDbs(1)
            .open(directory.toFile(), EnvFlags.MDB_NOTLS)) {
      for (int i = 0; ; i++) {
        env.openDbi("t", DbiFlags.MDB_CREATE).put(pointer(Integer.BYTES, i), pointer(2000, i));
      }
    } catch (LmdbException full) {
      assertThat(LmdbErrors.of("store blobs", PLACE, full))
          .isInstanceOf(BackendException.class)
          .isNotInstanceOf(CorruptDataException.class)
          .hasMessageContaining("mapsize reached");
    }
  }

  private static Pointer pointer(int length, int value) {
    Pointer pointer = Memory.allocateDirect(PointerProxy.RUNTIME, length);
    pointer.putInt(0, value);
    return pointer;
  }
}
