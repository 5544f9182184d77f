package dev.varve.reliability.disk;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What of the writes that were not synced is on the disk after the power went. One thread; for one
 * image.
 *
 * <p>A place (a sector, the length of a file, a name in a folder) went through several states. The
 * disk has one of them, not older than the last that was synced; which one it has is independent
 * from place to place.
 */
public final class Survival {
  /** How places are chosen. */
  public enum Kind {
    /** Nothing but what was synced. */
    SYNCED_ONLY,
    /** Everything, as after a kill. */
    EVERYTHING,
    /** Each place on its own: writes are torn. */
    TORN,
    /** Whole writes, in any order. */
    SOME_WRITES,
    /** All writes but one. */
    ALL_BUT_ONE,
    /** Only one write. */
    ONLY_ONE
  }

  private final Kind kind;
  private final Random random;
  private final Map<Operation, Boolean> kept = new HashMap<>();
  private final int chosen;

  /**
   * A choice.
   *
   * @param pending how many operations were not synced
   */
  Survival(Kind kind, Random random, int pending) {
    this.kind = kind;
    this.random = random;
    this.chosen = pending == 0 ? -1 : random.nextInt(pending);
  }

  /** The number of the operation, among those pending. */
  private final Map<Operation, Integer> numbers = new HashMap<>();

  private boolean keeps(Operation operation) {
    int number = numbers.computeIfAbsent(operation, each -> numbers.size());
    return switch (kind) {
      case SYNCED_ONLY -> false;
      case EVERYTHING, TORN -> true;
      case SOME_WRITES -> kept.computeIfAbsent(operation, each -> random.nextBoolean());
      case ALL_BUT_ONE -> number != chosen;
      case ONLY_ONE -> number == chosen;
    };
  }

  /**
   * How many of the operations on a place had their effect there.
   *
   * @param operations all that were begun and may lack, in order
   * @param least how many of them are certain to be there
   */
  int version(List<? extends Operation> operations, int least) {
    int count = operations.size();
    if (kind == Kind.TORN) {
      return least + random.nextInt(count - least + 1);
    }
    if (kind == Kind.ALL_BUT_ONE) {
      for (int i = least; i < count; i++) {
        if (!keeps(operations.get(i))) {
          return i;
        }
      }
      return count;
    }
    for (int i = count; i > least; i--) {
      if (keeps(operations.get(i - 1))) {
        return i;
      }
    }
    return least;
  }
}
