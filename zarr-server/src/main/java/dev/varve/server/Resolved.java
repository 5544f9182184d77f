package dev.varve.server;

import dev.varve.version.Snapshot;

/**
 * What a revision names, as of one request. Immutable.
 *
 * @param snapshot the commit's state
 * @param immutable whether the revision can never name another commit: it is a commit's full id, or
 *     a tag or an ancestor of one
 */
record Resolved(Snapshot snapshot, boolean immutable) {
  /** The commit's time, in milliseconds since 1970 UTC. */
  long timeMillis() {
    return snapshot.commit().timeMillis();
  }
}
