package dev.varve.sync;

/**
 * How far a copy is. Immutable.
 *
 * @param objects values, nodes and commits sent
 * @param bytes their bytes
 * @param present objects that were looked at and found at the receiver
 * @param presentBytes their bytes
 * @param expectedBytes about how many bytes there are to look at in all; seldom too few. Grows
 *     while a history of many commits is still being read
 */
public record SyncState(
    long objects, long bytes, long present, long presentBytes, long expectedBytes) {
  /** Nothing yet. */
  static final SyncState NONE = new SyncState(0, 0, 0, 0, 0);

  SyncState sent(long length) {
    return new SyncState(objects + 1, bytes + length, present, presentBytes, expectedBytes);
  }

  SyncState found(long length) {
    return new SyncState(objects, bytes, present + 1, presentBytes + length, expectedBytes);
  }

  SyncState expecting(long total) {
    return new SyncState(objects, bytes, present, presentBytes, total);
  }

  /** How much of what there is to look at was looked at, from 0 to 1. */
  public double share() {
    long seen = bytes + presentBytes;
    return seen >= expectedBytes ? 1 : (double) seen / expectedBytes;
  }
}
