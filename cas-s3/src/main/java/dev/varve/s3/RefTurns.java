package dev.varve.s3;

import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The order in which the threads of this process move a ref. Without it each spoils the attempts of
 * all others: who wins has the nodes at hand that the others must read first, and wins again.
 *
 * <p>For the same reason a process whose threads stand in line would keep out other processes; so
 * after {@link #RUN} turns in a row it stands back for a random time, of the order of the few
 * requests that they need to catch up. Waiting for a turn ends after {@link #PATIENCE_SECONDS}:
 * then the thread goes on without, which costs speed alone. Thread-safe.
 */
final class RefTurns {
  /** Turns in a row while others of this process wait. */
  static final int RUN = 24;

  /** As before a fourth attempt: of {@link Pause#jittered} at most 400 ms. */
  private static final int STAND_BACK = 3;

  private static final long PATIENCE_SECONDS = 20;

  private final ConcurrentHashMap<RefName, Line> lines = new ConcurrentHashMap<>();
  private final Pause pause;

  RefTurns(Pause pause) {
    this.pause = pause;
  }

  /** Those who stand in line for one ref. */
  private static final class Line {
    final Semaphore first = new Semaphore(1, true);

    /** Guarded by {@link #first}. */
    int inARow;

    /** Guarded by the map of lines: how many are in line or have their turn. */
    int present;
  }

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
    return () -> leave(name, line, taken);
  }

  private void leave(RefName name, Line line, boolean taken) {
    if (taken) {
      line.inARow = line.first.hasQueuedThreads() ? line.inARow + 1 : 0;
      if (line.inARow >= RUN) {
        line.inARow = 0;
        standBack();
      }
      line.first.release();
    }
    lines.computeIfPresent(name, (key, there) -> --there.present == 0 ? null : there);
  }

  private void standBack() {
    try {
      pause.before(STAND_BACK);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
