package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a process that syncs packs, in the order in which they were written, while
 * {@link PackTail} writes the next group: a disk and a processor that take turns are each idle half
 * of the time. Thread-safe; it begins with the first group.
 *
 * <p>A group is told its places here, after the sync of its bytes, or that it failed. After a
 * failed sync whatever else is in that pack and not yet synced fails, too.
 */
final class PackSync {
  /** Besides the one that is being synced: the writer waits, for it holds their bytes in memory. */
  private static final int MOST = 1;

  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<Written> waiting = new ArrayDeque<>();
  private @Nullable Thread thread;
  private boolean busy;
  private boolean closing;

  /**
   * A group that was written.
   *
   * @param end where the pack ends with it
   * @param places where the values of each are
   */
  record Written(
      PackClaim claim,
      long end,
      List<PackAppend> group,
      List<Map<ContentHash, PackPlace>> places) {}

  PackSync(Path directory) {
    this.directory = directory;
  }

  /** Hands a group on; waits while others do. */
  void submit(Written written) {
    lock.lock();
    try {
      while (waiting.size() >= MOST) {
        changed.awaitUninterruptibly();
      }
      waiting.add(written);
      if (thread == null) {
        thread = new Thread(this::work, "varve-pack-sync " + directory.getFileName());
        thread.setDaemon(true);
        thread.start();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing is on its way. */
  void drain() {
    lock.lock();
    try {
      while (busy || !waiting.isEmpty()) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    for (Written next = take(); next != null; next = take()) {
      sync(next);
      lock.lock();
      try {
        busy = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The next group, or null once this is closed. */
  private @Nullable Written take() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      Written next = waiting.poll();
      busy = next != null;
      changed.signalAll();
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void sync(Written written) {
    StoreException failure;
    try {
      written.claim().sync(written.end());
      for (int i = 0; i < written.group().size(); i++) {
        written.group().get(i).done(written.places().get(i));
      }
      return;
    } catch (IOException failed) {
      failure = LmdbErrors.of("store blobs", LmdbLayout.packs(directory), failed);
    } catch (RuntimeException | Error failed) {
      failure =
          BackendException.permanent("cannot store blobs in " + directory + ": " + failed, failed);
    }
    for (PackAppend each : written.group()) {
      each.failed(failure);
    }
  }

  /** Waits for what is on its way; nothing more may come. */
  void close() {
    drain();
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
