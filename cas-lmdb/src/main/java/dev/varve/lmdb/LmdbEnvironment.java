package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/**
 * One LMDB environment and its memory map, which grows by itself. Thread-safe; write transactions
 * are for one thread alone, that of {@link WriteQueue}.
 *
 * <p>LMDB allows the map to be moved only while this process has no transaction open. So every
 * transaction holds the shared side of {@code map} for as long as it lives, and whoever changes the
 * map or closes the environment the exclusive side. Nobody takes another lock under it, and no
 * transaction outlives a call, so neither side waits long. (A walk through the file holds a
 * transaction for longer, but does not use the map.)
 */
final class LmdbEnvironment {
  private final Path directory;
  private final boolean readOnly;
  private final Env<Pointer> env;
  private final PageCheck pages;
  private final Tables tables;
  private final ReadTxns readers;
  private final ReentrantReadWriteLock map = new ReentrantReadWriteLock();

  /** Held shared by a walk through the file, exclusively to close; taken before {@code map}. */
  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

  // Guarded by map.
  private boolean closed;
  private @Nullable StoreException broken;
  private long mapSize;

  private LmdbEnvironment(Path directory, Env<Pointer> env, LmdbSettings settings, boolean create) {
    this.directory = directory;
    this.env = env;
    this.readOnly = env.isReadOnly();
    this.pages = new PageCheck(env.stat().pageSize);
    this.readers = new ReadTxns(this, env);
    this.tables = prepare(settings, create);
  }

  /**
   * Opens the environment, for reading alone where the file system allows no more.
   *
   * @param create whether to make what is not there yet
   */
  static LmdbEnvironment open(Path directory, LmdbSettings settings, boolean create) {
    Path data = directory.resolve(LmdbLayout.DATA);
    long size = data.toFile().length();
    if (size > 0) {
      RootPage.read(data);
    }
    String operation = create ? "create a repository" : "open the repository";
    Env<Pointer> env;
    try {
      env = NativeEnv.open(directory, Math.max(settings.initialMapBytes(), 2 * size), create);
    } catch (LmdbException failed) {
      throw LmdbErrors.of(operation, directory, failed);
    }
    boolean opened = false;
    try {
      LmdbEnvironment environment = new LmdbEnvironment(directory, env, settings, create);
      opened = true;
      return environment;
    } catch (LmdbException failed) {
      throw LmdbErrors.of(operation, directory, failed);
    } finally {
      if (!opened) {
        env.close();
      }
    }
  }

  private Tables prepare(LmdbSettings settings, boolean create) {
    while (true) {
      try {
        remember();
        fillUp();
        if (!settings.allowDamage()) {
          check(StructureCheck.Extent.QUICK);
        }
        if (!readOnly) {
          env.readerCheck();
        }
        return Tables.open(env, directory, create, settings);
      } catch (Dbi.MapResizedException grown) {
        // Another process writes while we open.
        env.setMapSize(roomFor(RootPage.read(data())));
      }
    }
  }

  /**
   * Makes the file as long as its root page tells. Pages that a transaction took and gave back are
   * not always written; to read beyond the end of a mapped file would end the process.
   */
  private void fillUp() {
    long needed = RootPage.read(data()).bytes();
    if (data().toFile().length() >= needed) {
      return;
    }
    if (readOnly) {
      throw RootPage.damage(
          data(), "it is shorter than its root page tells, and cannot be written");
    }
    // In a write transaction nobody else writes, so the length cannot change under us.
    try (Txn<Pointer> txn = env.txnWrite();
        RandomAccessFile file = new RandomAccessFile(data().toFile(), "rw")) {
      file.setLength(Math.max(file.length(), RootPage.read(data()).bytes()));
      txn.abort();
    } catch (IOException failed) {
      throw LmdbErrors.of("open the repository", directory, failed);
    }
  }

  private Path data() {
    return directory.resolve(LmdbLayout.DATA);
  }

  Path directory() {
    return directory;
  }

  /** Whether the file system allows reading alone. */
  boolean readOnly() {
    return readOnly;
  }

  PageCheck pages() {
    return pages;
  }

  Dbi<Pointer> table(Table table) {
    return tables.get(table);
  }

  /** Whether there is such a table: repositories that are older have fewer. */
  boolean has(Table table) {
    return tables.has(table);
  }

  /**
   * Walks the trees of the file as they are now; others read and write meanwhile.
   *
   * @throws CorruptDataException where a page is not as LMDB writes it
   */
  void check(StructureCheck.Extent extent) {
    life.readLock().lock();
    try {
      Walk walk = beginWalk();
      try {
        StructureCheck.run(data(), walk.root, extent);
      } finally {
        end(walk.txn);
      }
    } finally {
      life.readLock().unlock();
    }
  }

  /**
   * A read transaction, which keeps pages from being used again, and the root page that it is of.
   */
  private record Walk(Txn<Pointer> txn, RootPage root) {}

  /**
   * Begins a transaction that goes on outside of {@code map}: it is never used to read through the
   * map, only holds its slot among the readers, so the map may move under it.
   */
  private Walk beginWalk() {
    while (true) {
      map.readLock().lock();
      try {
        checkUsable(() -> "check the LMDB file");
        Txn<Pointer> txn = env.txnRead();
        boolean kept = false;
        try {
          // Somebody may have committed between the two.
          RootPage root = RootPage.read(data());
          kept = root.transaction() == txn.getId();
          if (kept) {
            return new Walk(txn, root);
          }
        } finally {
          if (!kept) {
            txn.close();
          }
        }
      } finally {
        map.readLock().unlock();
      }
    }
  }

  private void end(Txn<Pointer> txn) {
    map.readLock().lock();
    try {
      txn.close();
    } finally {
      map.readLock().unlock();
    }
  }

  /**
   * Runs {@code body} in a read transaction of its own. The body must be short, must not write, and
   * may be run again from the start.
   *
   * @param operation what is read, to follow "cannot"; asked for only where it fails
   */
  <R extends @Nullable Object> R read(Supplier<String> operation, Function<TableTxn, R> body) {
    boolean swept = false;
    while (true) {
      map.readLock().lock();
      try {
        checkUsable(operation);
        TableTxn txn = readers.begin();
        boolean whole = false;
        try {
          R read = body.apply(txn);
          whole = true;
          return read;
        } finally {
          readers.end(txn, whole);
        }
      } catch (Dbi.MapResizedException grown) {
        // Another process wrote beyond our map; look again below, outside of the lock.
      } catch (Env.ReadersFullException full) {
        if (swept) {
          throw LmdbErrors.of(operation.get(), directory, full);
        }
        // Slots of dead processes are free for the asking.
        env.readerCheck();
        swept = true;
        continue;
      } catch (LmdbException failed) {
        throw LmdbErrors.of(operation.get(), directory, failed);
      } finally {
        map.readLock().unlock();
      }
      adoptGrowth(operation.get());
    }
  }

  /**
   * Runs {@code body} in one write transaction and commits it: durable when this returns. Called by
   * one thread only. Lets lmdbjava's exceptions through; nothing happened then, unless {@link
   * #panicked()}.
   */
  void write(String operation, Consumer<TableTxn> body) {
    map.readLock().lock();
    try {
      checkUsable(() -> operation);
      try (Txn<Pointer> txn = env.txnWrite()) {
        body.accept(new TableTxn(this, txn));
        txn.commit();
      }
    } finally {
      map.readLock().unlock();
    }
  }

  /**
   * Whether LMDB gave up after a root page was perhaps written: then the last transaction may have
   * happened, and nothing more is possible before the environment is opened anew.
   */
  boolean panicked() {
    map.readLock().lock();
    try {
      return !closed && broken == null && refusesWrites();
    } finally {
      map.readLock().unlock();
    }
  }

  private boolean refusesWrites() {
    try {
      env.txnWrite().close();
      return false;
    } catch (LmdbNativeException.PanicException panic) {
      return true;
    } catch (LmdbException other) {
      return false;
    }
  }

  /** Frees the reader slots of processes that died. Never fails. */
  void sweepReaders() {
    map.readLock().lock();
    try {
      if (!closed && broken == null) {
        env.readerCheck();
      }
    } catch (LmdbException untold) {
      // It only costs room in the file; the next sweep tries again.
    } finally {
      map.readLock().unlock();
    }
  }

  /** Doubles the map, after a write found it full. */
  void grow(String operation) {
    remap(operation, true);
  }

  /** Takes over the size to which another process has grown the map. */
  void adoptGrowth(String operation) {
    remap(operation, false);
  }

  private void remap(String operation, boolean twice) {
    map.writeLock().lock();
    try {
      checkUsable(() -> operation);
      env.setMapSize(twice ? 2 * mapSize : Math.max(mapSize, roomFor(RootPage.read(data()))));
      remember();
    } catch (LmdbException failed) {
      // LMDB has unmapped the file already: any further call would read through a null pointer.
      broken = LmdbErrors.of("enlarge the map of " + mapSize + " bytes", directory, failed);
      throw broken;
    } finally {
      map.writeLock().unlock();
    }
  }

  /** Not what the file tells of its map: that is no more than what some process once asked for. */
  private static long roomFor(RootPage root) {
    return 2 * root.bytes();
  }

  private void remember() {
    mapSize = env.info().mapSize;
  }

  /** The bytes that may be mapped now. For tests and messages. */
  long mapSize() {
    map.readLock().lock();
    try {
      return mapSize;
    } finally {
      map.readLock().unlock();
    }
  }

  private void checkUsable(Supplier<String> operation) {
    if (closed) {
      throw BackendException.permanent(
          "cannot " + operation.get() + " in " + directory + ": the repository is closed", null);
    }
    if (broken != null) {
      throw BackendException.permanent(
          "cannot "
              + operation.get()
              + " in "
              + directory
              + ": "
              + broken.getMessage()
              + "; close the repository and open it again",
          broken);
    }
  }

  /** Waits for running transactions. Closing twice is harmless. */
  void close() {
    life.writeLock().lock();
    map.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        readers.close();
        env.close();
      }
    } finally {
      map.writeLock().unlock();
      life.writeLock().unlock();
    }
  }
}
