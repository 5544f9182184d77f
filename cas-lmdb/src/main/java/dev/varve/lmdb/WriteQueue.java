package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/**
 * The one thread that writes, and the requests that wait for it. Thread-safe.
 *
 * <p>LMDB has one writer at a time, ties a write transaction to a thread, and syncs the disk at
 * each commit. So requests that wait while a commit runs are put into the next transaction
 * together, in order of arrival, up to {@link LmdbSettings#groupBytes} of values, and share its
 * sync. The thread begins with the first request.
 */
final class WriteQueue {
  /** After so many groups the slots of readers that died are freed: they keep pages from reuse. */
  private static final int SWEEP_EVERY = 64;

  private final LmdbEnvironment environment;
  private final long groupBytes;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<WriteRequest<?>> waiting = new ArrayDeque<>();
  private @Nullable Thread thread;
  private boolean closing;
  private long transactions;

  WriteQueue(LmdbEnvironment environment, long groupBytes) {
    this.environment = environment;
    this.groupBytes = groupBytes;
  }

  /** Queues the request and waits for its outcome. */
  <R> R submit(WriteRequest<R> request) {
    if (environment.readOnly()) {
      throw BackendException.permanent(
          "cannot "
              + request.operation()
              + " in "
              + environment.directory()
              + ": it is open for reading alone, as its files or their disk do not allow writing",
          null);
    }
    lock.lock();
    try {
      if (closing) {
        throw closed(request);
      }
      waiting.add(request);
      if (thread == null) {
        // A platform thread, for LMDB's lock belongs to it. A daemon, for a backend that nobody
        // closed must not keep the process alive: callers wait for their own requests.
        thread =
            new Thread(this::work, "varve-lmdb-writer " + environment.directory().getFileName());
        thread.setDaemon(true);
        thread.start();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    return request.await();
  }

  /** How many write transactions were committed since the store was opened. */
  long transactions() {
    lock.lock();
    try {
      return transactions;
    } finally {
      lock.unlock();
    }
  }

  /** How many requests wait for a transaction. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    List<WriteRequest<?>> group = take();
    for (long groups = 1; !group.isEmpty(); groups++) {
      commit(group);
      if (groups % SWEEP_EVERY == 0) {
        environment.sweepReaders();
      }
      group = take();
    }
  }

  /** The next group, or nothing once the queue is closed. */
  private List<WriteRequest<?>> take() {
    List<WriteRequest<?>> group = new ArrayList<>();
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      long bytes = 0;
      WriteRequest<?> next = waiting.peek();
      while (!closing && next != null && (group.isEmpty() || bytes + next.bytes() <= groupBytes)) {
        bytes += next.bytes();
        group.add(waiting.remove());
        next = waiting.peek();
      }
    } finally {
      lock.unlock();
    }
    return group;
  }

  private void commit(List<WriteRequest<?>> group) {
    String operation = group.get(0).operation();
    StoreException failure;
    try {
      writeAll(operation, group);
      lock.lock();
      try {
        transactions++;
      } finally {
        lock.unlock();
      }
      group.forEach(WriteRequest::committed);
      return;
    } catch (LmdbException failed) {
      failure = LmdbErrors.of(operation, environment.directory(), failed);
      // A panic itself is told before a transaction begins; the commit before it was the one in
      // doubt.
      if (!(failed instanceof LmdbNativeException.PanicException) && environment.panicked()) {
        WriteRequest.LmdbOutage outage =
            new WriteRequest.LmdbOutage(String.valueOf(failure.getMessage()), failed);
        group.forEach(request -> request.unknown(outage));
        return;
      }
    } catch (StoreException failed) {
      failure = failed;
    } catch (RuntimeException | Error failed) {
      failure =
          BackendException.permanent(
              "cannot " + operation + " in " + environment.directory() + ": " + failed, failed);
    }
    if (group.size() == 1) {
      group.get(0).failed(failure);
      return;
    }
    // Nothing happened. What one request ran into (a full disk, say) need not stop the others.
    for (WriteRequest<?> each : group) {
      commit(List.of(each));
    }
  }

  private void writeAll(String operation, List<WriteRequest<?>> group) {
    while (true) {
      try {
        environment.write(operation, txn -> group.forEach(request -> request.run(txn)));
        return;
      } catch (Env.MapFullException full) {
        environment.grow(operation);
      } catch (Dbi.MapResizedException resized) {
        environment.adoptGrowth(operation);
      }
    }
  }

  /** Refuses what still waits, and waits for the transaction that runs. */
  void close() {
    List<WriteRequest<?>> refused;
    Thread started;
    lock.lock();
    try {
      closing = true;
      started = thread;
      refused = new ArrayList<>(waiting);
      waiting.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    refused.forEach(request -> request.failed(closed(request)));
    if (started != null) {
      join(started);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private BackendException closed(WriteRequest<?> request) {
    return BackendException.permanent(
        "cannot "
            + request.operation()
            + " in "
            + environment.directory()
            + ": the repository was closed first; nothing was written",
        null);
  }
}
