package dev.varve.lmdb;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes LMDB's lock file with all its blocks, where there is none.
 *
 * <p>LMDB would make a file without blocks and write to it through a map; on a full disk that ends
 * the process. The file comes under its name whole and only if nobody else made it, for others may
 * use it from that moment on; it must not be opened here afterwards, because closing it would drop
 * the locks that LMDB holds on it.
 */
final class LockFile {
  private LockFile() {}

  /**
   * Makes the file unless it is there, or cannot be made (then LMDB decides what is possible).
   *
   * @param readers slots to make room for
   * @throws dev.varve.error.BackendException where the disk is full
   */
  static void make(Path directory, int readers) {
    Path lock = directory.resolve(LmdbLayout.LOCK);
    if (Files.exists(lock) || !Files.isWritable(directory)) {
      return;
    }
    Path whole = directory.resolve(LmdbLayout.LOCK + "." + ProcessHandle.current().pid());
    try {
      try (FileOutputStream out = new FileOutputStream(whole.toFile())) {
        // Zeros are what LMDB expects of a new file. A slot has 64 bytes; the header less than
        // 4096.
        out.write(new byte[64 * readers + 4096]);
        out.getFD().sync();
      }
      Files.createLink(lock, whole);
    } catch (FileAlreadyExistsException raced) {
      // Another process made it.
    } catch (UnsupportedOperationException noLinks) {
      // LMDB makes its own.
    } catch (IOException failed) {
      if (LmdbErrors.full(failed)) {
        throw LmdbErrors.of("make the lock file", directory, failed);
      }
    } finally {
      whole.toFile().delete();
    }
  }
}
