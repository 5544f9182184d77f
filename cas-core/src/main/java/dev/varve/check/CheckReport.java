package dev.varve.check;

/**
 * What a check read and found. Immutable.
 *
 * @param objects objects verified or found missing
 * @param bytes bytes of the objects that were read
 * @param damaged objects damaged or misplaced
 * @param missing objects missing
 */
public record CheckReport(long objects, long bytes, long damaged, long missing) {
  /** Whether nothing is wrong. */
  public boolean clean() {
    return damaged == 0 && missing == 0;
  }
}
