package dev.varve.sync;

import dev.varve.blob.Blobs;

/**
 * How far a copy is. Immutable.
 *
 * @param objects values, nodes and commits sent
 * @param bytes their bytes
 * @param present objects that were looked at and found at the receiver
 * @param presentBytes their bytes
 * @param expectedBytes about how many bytes there are to look at in all; seldom too few. Grows
 *     while a history of many commits is still being read
 * @param large those of the objects sent that are longer than {@link Blobs#MAX_WHOLE}
 * @param largeBytes their bytes
 */
public record SyncState(
    long objects,
    long bytes,
    long present,
    long presentBytes,
    long expectedBytes,
    long large,
    long largeBytes) {
  /** Nothing yet. */
  static final SyncState NONE = new SyncState(0, 0, 0, 0, 0, 0, 0);

  SyncState sent(long length) {
    boolean isLarge = length > Blobs.MAX_WHOLE;
    return new SyncState(
        objects + 1,
        bytes + length,
        present,
        presentBytes,
        expectedBytes,
        isLarge ? large + 1 : large,
        isLarge ? largeBytes + length : largeBytes);
  }

  SyncState found(long length) {
    return new SyncState(
        objects, bytes, present + 1, presentBytes + length, expectedBytes, large, largeBytes);
  }

  SyncState expecting(long total) {
    return new SyncState(objects, bytes, present, presentBytes, total, large, largeBytes);
  }

  /** How much of what there is to look at was looked at, from 0 to 1. */
  public double share() {
    long seen = bytes + presentBytes;
    return seen >= expectedBytes ? 1 : (double) seen / expectedBytes;
  }
}
