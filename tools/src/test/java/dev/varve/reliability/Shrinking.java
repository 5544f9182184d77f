package dev.varve.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a failing list of steps shorter by leaving steps out. */
final class Shrinking {
  private Shrinking() {}

  /**
   * A list that still fails, and from which no single step can be left out unless the tries ran
   * out.
   */
  static <T> List<T> shortest(List<T> failing, Predicate<List<T>> fails, int tries) {
    List<T> best = failing;
    int size = Math.max(1, best.size() / 2);
    while (tries > 0) {
      boolean shorter = false;
      for (int from = 0; from < best.size() && tries > 0; ) {
        List<T> without = new ArrayList<>(best.subList(0, from));
        without.addAll(best.subList(Math.min(best.size(), from + size), best.size()));
        tries--;
        if (fails.test(without)) {
          best = without;
          shorter = true;
        } else {
          from += size;
        }
      }
      if (size == 1 && !shorter) {
        break;
      }
      size = Math.max(1, size / 2);
    }
    return best;
  }
}
