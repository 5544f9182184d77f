package dev.varve.lmdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An environment that this process has open, with its writer thread, shared by all backends on it:
 * LMDB forbids to open one twice in a process. Closed with the last of them. Thread-safe.
 */
final class OpenStore {
  /** By the identity of the data file, which stays taken as long as the file is open. */
  private static final Map<Object, OpenStore> OPEN = new HashMap<>();

  private final Object key;
  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final LmdbBlobStore blobs;
  private final LmdbRefStore refs;

  // Guarded by OPEN.
  private int users;

  /** Looked up when first asked for, which takes a tenth of opening. */
  private volatile @Nullable Boolean local;

  private OpenStore(Object key, LmdbEnvironment environment, LmdbSettings settings) {
    this.key = key;
    this.environment = environment;
    this.queue = new WriteQueue(environment, settings.groupBytes());
    this.blobs = new LmdbBlobStore(environment, queue, settings);
    this.refs = new LmdbRefStore(environment, queue);
  }

  /** The store of a directory, opened by the first who asks. */
  static OpenStore of(Path directory, LmdbSettings settings, boolean create) {
    // Opening and closing happen under the lock: LMDB drops the locks of all where the same file is
    // opened while it is being closed.
    synchronized (OPEN) {
      Object key = identity(directory);
      OpenStore store = OPEN.get(key);
      if (store == null) {
        store = new OpenStore(key, LmdbEnvironment.open(directory, settings, create), settings);
        OPEN.put(key, store);
        if (!store.environment.readOnly()) {
          store.blobs.files().removeAbandoned();
        }
      }
      store.users++;
      return store;
    }
  }

  /**
   * Runs something that needs the file of a directory for itself; nothing in this process opens it
   * meanwhile.
   *
   * @return whether it was run; not where this process has the directory open
   */
  static boolean unlessOpen(Path directory, Runnable action) {
    synchronized (OPEN) {
      if (OPEN.containsKey(identity(directory))) {
        return false;
      }
      action.run();
      return true;
    }
  }

  private static Object identity(Path directory) {
    Path data = directory.resolve(LmdbLayout.DATA);
    try {
      Object key = Files.readAttributes(data, BasicFileAttributes.class).fileKey();
      return key == null ? data : key;
    } catch (IOException failed) {
      throw LmdbErrors.of("open the repository", directory, failed);
    }
  }

  LmdbEnvironment environment() {
    return environment;
  }

  /** Whether the files are on this machine. */
  boolean local() {
    Boolean known = local;
    if (known == null) {
      known = RepositoryDirectory.isLocal(environment.directory());
      local = known;
    }
    return known;
  }

  WriteQueue queue() {
    return queue;
  }

  LmdbBlobStore blobs() {
    return blobs;
  }

  LmdbRefStore refs() {
    return refs;
  }

  /** Gives up one use. The last one waits for the write that runs, and closes. */
  void release() {
    synchronized (OPEN) {
      users--;
      if (users == 0) {
        OPEN.remove(key);
        blobs.closeAppender();
        queue.close();
        refs.close();
        environment.close();
        blobs.close();
      }
    }
  }
}
