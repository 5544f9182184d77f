package dev.varve.sync;

import java.util.List;

/**
 * What was copied, or would be. Immutable.
 *
 * @param moves the refs moved, branches first, each kind in order of name; none where all were
 *     equal
 * @param diverged refs that hold what the sender does not know; where there are any, nothing moved
 *     after they were seen
 * @param commits commits that no ref of the receiver reaches which was looked at: those of the
 *     names to be moved, and all others where one of these is new
 * @param objects values, nodes and commits sent; where nothing is sent, at most so many would be
 * @param bytes their bytes
 * @param large those of the objects that are longer than {@link dev.varve.blob.Blobs#MAX_WHOLE}
 * @param largeBytes their bytes
 * @param reused objects among those looked at that were there already
 * @param reusedBytes their bytes
 * @param asked how many names were asked for one by one
 * @param listed how many names were learned by listing what the receiver has
 */
public record SyncReport(
    List<RefMove> moves,
    List<RefMove> diverged,
    long commits,
    long objects,
    long bytes,
    long large,
    long largeBytes,
    long reused,
    long reusedBytes,
    long asked,
    long listed) {
  /** A report of a copy that moved nothing, because of refs that it was refused for, if any. */
  static SyncReport unmoved(List<RefMove> refused) {
    return new SyncReport(List.of(), refused, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Takes copies. */
  public SyncReport {
    moves = List.copyOf(moves);
    diverged = List.copyOf(diverged);
  }
}
