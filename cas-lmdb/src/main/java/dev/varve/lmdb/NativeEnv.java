package dev.varve.lmdb;

import dev.varve.error.BackendException;
import java.nio.file.Path;
import jnr.ffi.Pointer;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Meta;

/** Opens LMDB on a directory, as far as the directory allows. */
final class NativeEnv {
  /** Slots for readers at the same moment, of all processes together. */
  static final int MAX_READERS = 2048;

  private static final int MODE = 0664;

  private NativeEnv() {}

  /**
   * Opens for writing; where the file system forbids that, for reading alone.
   *
   * @param create whether only writing will do
   * @throws LmdbNativeException where neither works
   */
  static Env<Pointer> open(Path directory, long mapBytes, boolean create) {
    loadLibrary();
    LockFile.make(directory, MAX_READERS);
    LmdbNativeException first;
    try {
      return open(directory, mapBytes);
    } catch (LmdbNativeException failed) {
      if (create || !LmdbErrors.forbidden(failed)) {
        throw failed;
      }
      first = failed;
    }
    try {
      return open(directory, mapBytes, EnvFlags.MDB_RDONLY_ENV);
    } catch (LmdbNativeException failed) {
      first.addSuppressed(failed);
    }
    try {
      // The lock file cannot be written, so no writer can learn of this reader. Its pages may be
      // used again while it reads; what comes of that does not match its hash, and is seen.
      return open(directory, mapBytes, EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOLOCK);
    } catch (LmdbNativeException failed) {
      first.addSuppressed(failed);
      throw first;
    }
  }

  /** Makes a data file without rows in a directory, and nothing else. It is not synced. */
  static void makeFile(Path directory) {
    loadLibrary();
    Env.create(new PointerProxy())
        .open(directory.toFile(), MODE, EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOLOCK)
        .close();
  }

  private static Env<Pointer> open(Path directory, long mapBytes, EnvFlags... flags) {
    EnvFlags[] all = new EnvFlags[flags.length + 1];
    System.arraycopy(flags, 0, all, 1, flags.length);
    // Readers belong to transactions, not to threads: threads come and go, and may be virtual.
    all[0] = EnvFlags.MDB_NOTLS;
    return Env.create(new PointerProxy())
        .setMapSize(mapBytes)
        .setMaxDbs(Table.values().length)
        .setMaxReaders(MAX_READERS)
        .open(directory.toFile(), MODE, all);
  }

  private static void loadLibrary() {
    // lmdbjava looks for its native library through the context class loader, which may be
    // anyone's.
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    thread.setContextClassLoader(NativeEnv.class.getClassLoader());
    try {
      Meta.version();
    } catch (LinkageError failed) {
      throw BackendException.permanent(
          "cannot load LMDB's native library for "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + failed
              + "; if programs may not run from the temporary directory, name another with"
              + " -Dlmdbjava.extract.dir=DIR",
          failed);
    } finally {
      thread.setContextClassLoader(context);
    }
  }
}
