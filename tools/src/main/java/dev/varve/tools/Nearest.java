package dev.varve.tools;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant. */
final class Nearest {
  private Nearest() {}

  /**
   * The name that takes the fewest steps to reach, the earlier of equals; empty where none shares
   * anything with the mistyped one. A step adds, drops or replaces a letter, or swaps two
   * neighbours.
   */
  static Optional<String> to(String mistyped, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> steps(mistyped, name)))
        .filter(name -> steps(mistyped, name) < Math.max(mistyped.length(), name.length()));
  }

  private static int steps(String from, String to) {
    int[][] steps = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(steps[i - 1][j], steps[i][j - 1]) + 1;
        least = Math.min(least, steps[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          least = Math.min(least, steps[i - 2][j - 2] + 1);
        }
        steps[i][j] = least;
      }
    }
    return steps[from.length()][to.length()];
  }
}
