package dev.varve.lmdb;

import dev.varve.error.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lmdbjava.LmdbException;

/**
 * Makes LMDB's data file with its two root pages, where there is none.
 *
 * <p>LMDB would make an empty file and write the root pages to it without syncing them before its
 * first transaction; a power cut between could leave half of them, which neither LMDB nor anybody
 * else could tell from damage. So the file is made and synced in a folder of its own, and comes to
 * its place whole and only if nobody else made it.
 */
final class DataFile {
  private DataFile() {}

  /**
   * Makes the file, unless another process does.
   *
   * @throws StoreException where it cannot be made
   */
  static void make(Path directory) {
    Path data = directory.resolve(LmdbLayout.DATA);
    Path apart =
        directory.resolve(
            LmdbLayout.DATA
                + "."
                + ProcessHandle.current().pid()
                + "-"
                + Long.toHexString(System.nanoTime()));
    Path whole = apart.resolve(LmdbLayout.DATA);
    try {
      Files.createDirectory(apart);
      NativeEnv.makeFile(apart);
      try (RandomAccessFile file = new RandomAccessFile(whole.toFile(), "rw")) {
        file.getFD().sync();
      }
      name(whole, data);
    } catch (LmdbException failed) {
      throw LmdbErrors.of("create a repository", directory, failed);
    } catch (IOException failed) {
      throw LmdbErrors.of("create a repository", directory, failed);
    } finally {
      whole.toFile().delete();
      apart.toFile().delete();
    }
  }

  private static void name(Path whole, Path data) throws IOException {
    try {
      try {
        Files.createLink(data, whole);
      } catch (FileAlreadyExistsException raced) {
        throw raced;
      } catch (UnsupportedOperationException | FileSystemException noLinks) {
        // LMDB takes an empty file for a new one.
        Files.createFile(data);
      }
    } catch (FileAlreadyExistsException raced) {
      // Another process creates the same repository; LMDB's lock file puts both in order.
    }
  }
}
