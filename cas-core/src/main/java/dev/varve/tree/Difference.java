package dev.varve.tree;

import java.util.Optional;

/**
 * One key that two trees hold differently: at least one of {@code before} and {@code after} is
 * present, and they are not equal. Immutable.
 */
public record Difference(Key key, Optional<Entry> before, Optional<Entry> after) {
  /** Whether only the second tree has the key. */
  public boolean added() {
    return before.isEmpty();
  }

  /** Whether only the first tree has the key. */
  public boolean removed() {
    return after.isEmpty();
  }

  /** Whether both have the key, with different values. */
  public boolean changed() {
    return before.isPresent() && after.isPresent();
  }
}
