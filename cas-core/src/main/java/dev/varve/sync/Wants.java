package dev.varve.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What sources find, on threads of their own, for one thread that takes it in batches. At most
 * {@link #AHEAD} wants wait. Closing it stops the sources at their next want.
 */
final class Wants implements AutoCloseable {
  private static final int AHEAD = 2048;

  /** So long a batch that is not full waits for more: asking for few names costs as for many. */
  private static final long LINGER_MILLIS = 10;

  private final int total;
  private final ExecutorService threads;
  private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(AHEAD);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger left;
  private final AtomicLong expected = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private boolean ended;

  private sealed interface Item {
    record Want(Wanted wanted) implements Item {}

    record Failed(Throwable why) implements Item {}

    record End() implements Item {}
  }

  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("nobody wants more", null, false, false);
    }
  }

  /** Runs the sources on so many threads. */
  Wants(List<WantSource> sources, int threads) {
    this.total = sources.size();
    this.left = new AtomicInteger(total);
    this.threads = DaemonThreads.pool("varve-sync-walk", Math.max(1, Math.min(threads, total)));
    this.ended = sources.isEmpty();
    sources.forEach(source -> this.threads.execute(() -> run(source)));
  }

  private void run(WantSource source) {
    Item last = new Item.End();
    try {
      if (!stopped.get()) {
        expected.addAndGet(source.expectedBytes());
        begun.incrementAndGet();
        source.find(wanted -> offer(new Item.Want(wanted)));
      }
    } catch (Stopped nobody) {
      return;
    } catch (Throwable failed) {
      last = new Item.Failed(failed);
    }
    if (left.decrementAndGet() == 0 || last instanceof Item.Failed) {
      try {
        offer(last);
      } catch (Stopped nobody) {
        // The taker has left; that this source came to an end is of no use to it.
      }
    }
  }

  private void offer(Item item) {
    try {
      if (stopped.get()) {
        throw new Stopped();
      }
      queue.put(item);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stopped();
    }
  }

  /** About how many bytes all sources tell of, as far as can be told from those that began. */
  long expectedBytes() {
    int known = begun.get();
    return known == 0 ? 0 : (long) ((double) expected.get() * total / known);
  }

  /**
   * The next wants, at most so many; none at the end.
   *
   * @throws RuntimeException what a source failed with
   */
  List<Wanted> take(int most) throws InterruptedException {
    List<Wanted> batch = new ArrayList<>();
    while (!ended && batch.size() < most) {
      Item next = batch.isEmpty() ? queue.take() : queue.poll(LINGER_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null) {
        break;
      }
      if (next instanceof Item.Want want) {
        batch.add(want.wanted());
      } else if (next instanceof Item.Failed failed) {
        throw rethrown(failed.why());
      } else {
        ended = true;
      }
    }
    return batch;
  }

  /** Failures of other threads keep their type: callers tell damage from an outage by it. */
  static RuntimeException rethrown(Throwable why) {
    if (why instanceof Error error) {
      throw error;
    }
    return why instanceof RuntimeException known ? known : new IllegalStateException(why);
  }

  @Override
  public void close() {
    stopped.set(true);
    DaemonThreads.end(threads, queue::clear);
  }
}
