package dev.varve.s3;

import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The order in which the threads of this process move a ref. Without it each spoils the attempts of
 * all others: who wins has the nodes at hand that the others must read first, and wins again.
 *
 * <p>For the same reason a process that won would keep out others that lost to it. So where others
 * were met, whoever moves the ref next after a success first stands back for a random time, of the
 * order of the few requests that they need to catch up; who lost does not. Meanwhile the threads of
 * this process gather, and go together. Waiting for a turn ends after {@link #PATIENCE_SECONDS}:
 * then the thread goes on without, which costs speed alone. Thread-safe.
 */
final class RefTurns {
  /** After so many successes in a row others are taken to be gone. */
  static final int ALONE = 8;

  /** As before a fourth attempt: of {@link Pause#jittered} at most 400 ms. */
  private static final int STAND_BACK = 3;

  private static final long PATIENCE_SECONDS = 20;
  private static final int MOST = 1024;

  private final ConcurrentHashMap<RefName, Line> lines = new ConcurrentHashMap<>();

  /** Refs for which others were met, and how it went since. Guarded by itself. */
  private final Map<RefName, Rivals> rivals =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RefName, Rivals> eldest) {
          return size() > MOST;
        }
      };

  private final Pause pause;

  RefTurns(Pause pause) {
    this.pause = pause;
  }

  /** Those who stand in line for one ref. */
  private static final class Line {
    final Semaphore first = new Semaphore(1, true);

    /** Guarded by the map of lines: how many are in line or have their turn. */
    int present;
  }

  /** How often this process won since it lost, and whether it is to stand back for that. */
  private record Rivals(int won, boolean owing) {}

  RefStore.Turn take(RefName name) {
    Line line =
        lines.compute(
            name,
            (key, known) -> {
              Line there = known == null ? new Line() : known;
              there.present++;
              return there;
            });
    boolean mine = false;
    try {
      mine = line.first.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    boolean taken = mine;
    return new RefStore.Turn() {
      @Override
      public void begin() {
        if (owed(name)) {
          standBack();
        }
      }

      @Override
      public void close() {
        if (taken) {
          line.first.release();
        }
        lines.computeIfPresent(name, (key, there) -> --there.present == 0 ? null : there);
      }
    };
  }

  /** The ref was moved by this process. */
  void won(RefName name) {
    synchronized (rivals) {
      rivals.computeIfPresent(
          name, (key, met) -> met.won() + 1 >= ALONE ? null : new Rivals(met.won() + 1, true));
    }
  }

  /** Somebody else moved the ref first. */
  void lost(RefName name) {
    synchronized (rivals) {
      rivals.put(name, new Rivals(0, false));
    }
  }

  private boolean owed(RefName name) {
    synchronized (rivals) {
      Rivals met = rivals.get(name);
      if (met == null || !met.owing()) {
        return false;
      }
      rivals.put(name, new Rivals(met.won(), false));
      return true;
    }
  }

  private void standBack() {
    try {
      pause.before(STAND_BACK);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
