package dev.varve.tree;

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
}
