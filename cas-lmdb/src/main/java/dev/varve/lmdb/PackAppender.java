package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a process that writes to packs, and the writers that wait for it. Thread-safe.
 *
 * <p>What waits while a group is written is written together and shares a sync, up to {@link
 * LmdbSettings#groupBytes}. A thread of its own, since an interrupt closes the channel that is in
 * use: nobody interrupts this one. It begins with the first value.
 */
final class PackAppender {
  private final Path directory;
  private final long groupBytes;
  private final PackTail tail;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<PackAppend> waiting = new ArrayDeque<>();
  private @Nullable Thread thread;
  private boolean closing;

  PackAppender(Packs packs, Path directory, LmdbSettings settings) {
    this.directory = directory;
    this.groupBytes = settings.groupBytes();
    this.tail = new PackTail(packs, new PackSync(directory), settings.packBytes());
  }

  /** Queues values; {@link PackAppend#await} tells when they are durable, and where. */
  void submit(PackAppend append) {
    lock.lock();
    try {
      if (closing) {
        append.failed(closed());
        return;
      }
      waiting.add(append);
      if (thread == null) {
        // A daemon, for a backend that nobody closed must not keep the process alive.
        thread = new Thread(this::work, "varve-pack-writer " + directory.getFileName());
        thread.setDaemon(true);
        thread.start();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    for (List<PackAppend> group = take(); !group.isEmpty(); group = take()) {
      append(group);
    }
    tail.close();
  }

  /** The next group, or nothing once this is closed. */
  private List<PackAppend> take() {
    List<PackAppend> group = new ArrayList<>();
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      long bytes = 0;
      PackAppend next = waiting.peek();
      while (next != null && (group.isEmpty() || bytes + next.bytes() <= groupBytes)) {
        bytes += next.bytes();
        group.add(waiting.remove());
        next = waiting.peek();
      }
    } finally {
      lock.unlock();
    }
    return group;
  }

  private void append(List<PackAppend> group) {
    StoreException failure;
    try {
      tail.append(group);
      return;
    } catch (IOException failed) {
      failure = LmdbErrors.of("store blobs", LmdbLayout.packs(directory), failed);
    } catch (StoreException failed) {
      failure = failed;
    } catch (RuntimeException | Error failed) {
      failure =
          BackendException.permanent("cannot store blobs in " + directory + ": " + failed, failed);
    }
    if (group.size() == 1) {
      group.get(0).failed(failure);
      return;
    }
    // None has a place yet. What one ran into (a full disk, say) need not stop the others.
    for (PackAppend each : group) {
      append(List.of(each));
    }
  }

  /** Refuses what comes later, and waits for what came before. */
  void close() {
    Thread running;
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      running = thread;
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (running != null) {
      try {
        running.join();
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private BackendException closed() {
    return BackendException.permanent(
        "cannot store blobs in "
            + directory
            + ": the repository was closed first; nothing was written",
        null);
  }
}
