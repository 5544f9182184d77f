package dev.varve.server;

import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside of the heap for parts of answers, from which storage and sockets copy without a
 * detour. It is bounded; whoever gets none works with less. Thread-safe.
 */
final class PartPool {
  private static final int SMALL = 16 << 10;
  private static final int MIDDLE = 64 << 10;

  private final Shelf small;
  private final Shelf middle;
  private final Shelf large;

  /** Memory for so many bytes: half of it as {@link Body#PART}, a quarter as each smaller size. */
  PartPool(long bytes) {
    small = new Shelf(SMALL, bytes / 4);
    middle = new Shelf(MIDDLE, bytes / 4);
    large = new Shelf(Body.PART, bytes / 2);
  }

  /**
   * Memory with room for at least so many bytes, at most {@link Body#PART}; null where all is in
   * use. To be given back once nobody reads it any more, or dropped.
   */
  @Nullable ByteBuffer take(int bytes) {
    return shelf(bytes).take();
  }

  /** Takes back what {@link #take} gave. */
  void give(ByteBuffer memory) {
    shelf(memory.capacity()).give(memory);
  }

  /**
   * Lets go of what {@link #take} gave where a socket may still read it: it is never used again.
   */
  void drop(ByteBuffer memory) {
    shelf(memory.capacity()).drop();
  }

  /** Bytes that are in use. */
  long used() {
    return small.used() + middle.used() + large.used();
  }

  private Shelf shelf(int bytes) {
    return bytes <= SMALL ? small : bytes <= MIDDLE ? middle : large;
  }

  /** Pieces of one size. */
  private static final class Shelf {
    private final int size;
    private final long most;
    private final AtomicLong out = new AtomicLong();

    /** What came back last goes out first: the processor's caches still hold it. */
    private final Deque<ByteBuffer> free = new ConcurrentLinkedDeque<>();

    Shelf(int size, long bytes) {
      this.size = size;
      this.most = bytes / size;
    }

    @Nullable ByteBuffer take() {
      // Counted first: never are more out than there may be, and no more were ever made.
      if (out.incrementAndGet() > most) {
        out.decrementAndGet();
        return null;
      }
      ByteBuffer memory = free.pollFirst();
      if (memory != null) {
        return memory.clear();
      }
      try {
        return ByteBuffer.allocateDirect(size);
      } catch (OutOfMemoryError none) {
        out.decrementAndGet();
        return null;
      }
    }

    void give(ByteBuffer memory) {
      free.addFirst(memory);
      out.decrementAndGet();
    }

    void drop() {
      out.decrementAndGet();
    }

    long used() {
      return out.get() * size;
    }
  }
}
