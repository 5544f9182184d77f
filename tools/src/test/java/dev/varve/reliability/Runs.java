package dev.varve.reliability;

/**
 * How much is tried: little by default, much with {@code -Dvarve.long=true}; {@code -Dseed=N}
 * repeats a run.
 */
final class Runs {
  private Runs() {}

  /** One of two amounts. */
  static int count(int inShort, int inLong) {
    return Boolean.getBoolean("varve.long") ? inLong : inShort;
  }

  /** The seed that was asked for, or the usual one. */
  static long seed(long usual) {
    return Long.getLong("seed", usual);
  }
}
