package dev.varve.server;

import dev.varve.error.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells who waits for a ref that it moved, whichever process moved it. One thread looks at each ref
 * that is waited for, every {@value #POLL_MILLIS} ms, however many wait for it; at none, while
 * nobody does. Thread-safe.
 */
final class RefWatch implements AutoCloseable {
  private static final long POLL_MILLIS = 150;

  /** Somebody who waits. Called by the one thread; must not block. */
  interface Watcher {
    /**
     * Told at every look what the ref holds.
     *
     * @return whether to be told again
     */
    boolean look(RefState now);

    /**
     * The ref cannot be read any more, or the server ends ({@code null}); told nothing after this.
     */
    void end(@Nullable Throwable failed);
  }

  private record Target(ServedRepository served, String name) {}

  private record Waiting(Target target, Watcher watcher) {}

  private final int most;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("varve-watch"));
  private final Future<?> polling;

  /** For at most so many at a time. */
  RefWatch(int most) {
    this.most = most;
    this.polling =
        clock.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** How many wait now. */
  int size() {
    return waiting.size();
  }

  /**
   * Has a watcher told of a ref.
   *
   * @throws HttpFailure 503 where too many wait already, or the server ends
   */
  void add(ServedRepository served, String name, Watcher watcher) {
    if (waiting.size() >= most || closed.get()) {
      throw new HttpFailure(
          Problem.of(
              503, "too-many-watchers", waiting.size() + " clients wait for refs; try later"));
    }
    waiting.add(new Waiting(new Target(served, name), watcher));
    if (closed.get()) {
      end();
    }
  }

  private void poll() {
    Map<Target, Object> seen = new HashMap<>();
    for (Waiting each : List.copyOf(waiting)) {
      Object now = seen.computeIfAbsent(each.target(), RefWatch::read);
      // Whoever takes a watcher out of the set is the only one to call it, also while the server
      // ends.
      if (!waiting.remove(each)) {
        continue;
      }
      try {
        if (!(now instanceof RefState state)) {
          each.watcher().end((Throwable) now);
        } else if (each.watcher().look(state)) {
          waiting.add(each);
        }
      } catch (RuntimeException gone) {
        // A client that went away must not keep the others from being told.
        ServerLog.unexpected("watch " + each.target().name(), gone);
      }
    }
    if (closed.get()) {
      end();
    }
  }

  private static Object read(Target target) {
    try {
      return RefState.read(target.served(), target.name());
    } catch (StoreException | HttpFailure failed) {
      return failed;
    }
  }

  /** Ends all waiting; to be called before the server stops. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      polling.cancel(false);
      clock.shutdown();
      end();
    }
  }

  private void end() {
    for (Waiting each : List.copyOf(waiting)) {
      if (waiting.remove(each)) {
        try {
          each.watcher().end(null);
        } catch (RuntimeException gone) {
          // The client went away by itself.
        }
      }
    }
  }
}
