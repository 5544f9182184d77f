package dev.varve.lmdb;

import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who tries next to move a ref: one thread of this process at a time and, once this process has
 * lost to another, one process at a time. Thread-safe.
 *
 * <p>Nothing depends on it but speed: a compare-and-set decides. So nobody waits for long, a
 * process that is killed holds nothing, and one that cannot have the file goes without.
 */
final class RefTurns implements AutoCloseable {
  /** How many turns after a loss are taken with the lock. */
  private static final int WARY = 64;

  /** A process that is stopped in its turn holds the others up for so long and no longer. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long BETWEEN_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private final Path file;
  private final Map<RefName, ReentrantLock> turns = new ConcurrentHashMap<>();
  private final AtomicInteger wary = new AtomicInteger();

  // Guarded by this.
  private @Nullable FileChannel channel;
  private boolean unusable;

  /** Turns that processes take by locking parts of a file, made when it is needed. */
  RefTurns(Path file) {
    this.file = file;
  }

  /** Another process moved a ref that this one was about to move. */
  void lost() {
    wary.set(WARY);
  }

  RefStore.Turn take(RefName name) {
    // In order of coming: who has just committed goes behind those who were committed with it, and
    // so finds some of them in line again. Otherwise it would be first again, and alone.
    ReentrantLock lock = turns.computeIfAbsent(name, branch -> new ReentrantLock(true));
    lock.lock();
    return new Taken(name, lock);
  }

  private final class Taken implements RefStore.Turn {
    private final RefName name;
    private final ReentrantLock thread;
    private @Nullable FileLock process;

    private Taken(RefName name, ReentrantLock thread) {
      this.name = name;
      this.thread = thread;
    }

    @Override
    public void begin() {
      if (process == null && wary.get() > 0) {
        wary.decrementAndGet();
        process = lock(Integer.toUnsignedLong(name.hashCode()));
      }
    }

    @Override
    public void close() {
      try {
        if (process != null) {
          process.release();
        }
      } catch (IOException closed) {
        // Then nobody is kept waiting either.
      } finally {
        // Somebody may have got hold of it just now; then two try at once, and one of them again.
        if (!thread.hasQueuedThreads()) {
          turns.remove(name, thread);
        }
        thread.unlock();
      }
    }
  }

  private @Nullable FileLock lock(long part) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    try {
      FileChannel open = channel();
      while (open != null && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
        FileLock lock = open.tryLock(part, 1, false);
        if (lock != null) {
          return lock;
        }
        LockSupport.parkNanos(BETWEEN_NANOS);
      }
    } catch (IOException | OverlappingFileLockException without) {
      // Another branch of this process has this part, or the file cannot be locked here.
    }
    return null;
  }

  private synchronized @Nullable FileChannel channel() {
    if (channel == null && !unusable) {
      try {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      } catch (IOException refused) {
        unusable = true;
      }
    }
    return channel;
  }

  @Override
  public synchronized void close() {
    unusable = true;
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException gone) {
      // The system drops its locks with the process.
    }
  }
}
