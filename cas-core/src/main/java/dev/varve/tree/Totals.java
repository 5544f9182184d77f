package dev.varve.tree;

import org.jspecify.annotations.Nullable;

/**
 * How much some part of a tree holds. Immutable.
 *
 * @param keys number of keys
 * @param bytes sum of the lengths of their values
 */
public record Totals(long keys, long bytes) {
  /** Nothing. */
  public static final Totals NONE = new Totals(0, 0);

  /** Both together; a sum beyond 63 bits is refused. */
  public Totals plus(Totals other) {
    return new Totals(Math.addExact(keys, other.keys), Math.addExact(bytes, other.bytes));
  }

  /** What is left without {@code other}. */
  public Totals minus(Totals other) {
    return new Totals(keys - other.keys, bytes - other.bytes);
  }

  // Written out: what a record has is linked when first called, which short commands wait for.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Totals that && keys == that.keys && bytes == that.bytes;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * keys + bytes);
  }
}
