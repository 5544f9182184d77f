package dev.varve.sync;

/**
 * How a copy runs. Immutable.
 *
 * <p>Memory: {@code windowBytes} of values under way, whatever {@code windowObjects} says, plus
 * what the receiver's writer holds back, plus about 16 MiB of names. A value above {@link
 * dev.varve.blob.Blobs#MAX_WHOLE} goes alone and in parts.
 *
 * @param readers how many objects are read from the sender at once
 * @param walkers how many commits are looked into at once; more than one where the sender is far
 * @param windowObjects how many objects are between the sender and the receiver's writer at most
 * @param windowBytes how many bytes they have together at most; a larger one goes alone
 * @param checkpointBytes after how many bytes at least what was sent is made to survive a crash;
 *     more, up to 64 MiB, where that is less than 1/4096 of all there is to send
 * @param near which of the two answers faster, and so is asked for what both have
 */
public record SyncSettings(
    int readers,
    int walkers,
    int windowObjects,
    long windowBytes,
    long checkpointBytes,
    Near near) {
  /** One of the two repositories. */
  public enum Near {
    /** The one that is copied from, as in a push. */
    SENDER,
    /** The one that is copied to, as in a pull. */
    RECEIVER
  }

  /** Checks the numbers. */
  public SyncSettings {
    if (readers < 1 || walkers < 1 || windowObjects < 1 || windowBytes < 1 || checkpointBytes < 1) {
      throw new IllegalArgumentException(
          "not settings: "
              + readers
              + " readers, "
              + walkers
              + " walkers, "
              + windowObjects
              + " objects, "
              + windowBytes
              + " bytes, checkpoints every "
              + checkpointBytes);
    }
  }

  /** Sixteen readers; 256 objects or 64 MiB under way; a checkpoint every MiB at most. */
  public static SyncSettings standard(Near near) {
    int walkers = near == Near.SENDER ? 1 : 16;
    return new SyncSettings(16, walkers, 256, 64L << 20, 1L << 20, near);
  }

  /** The same with so many walkers. */
  public SyncSettings walkers(int number) {
    return new SyncSettings(readers, number, windowObjects, windowBytes, checkpointBytes, near);
  }
}
