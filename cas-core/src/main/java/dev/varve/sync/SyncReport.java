package dev.varve.sync;

import java.util.List;

/**
 * What was copied, or would be. Immutable.
 *
 * @param moves the refs moved, in order of name; none where all were equal
 * @param diverged refs that hold what the sender does not know; where there are any, nothing moved
 * @param commits commits that the receiver lacked
 * @param objects values, nodes and commits sent
 * @param bytes their bytes
 * @param reused objects among those looked at that were there already
 */
public record SyncReport(
    List<RefMove> moves,
    List<RefMove> diverged,
    long commits,
    long objects,
    long bytes,
    long reused) {}
