package dev.varve.version;

import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import java.util.List;
import java.util.Optional;

/**
 * What became of a commit. Immutable. That it cannot be told is an {@link
 * dev.varve.error.UnknownOutcomeException}.
 */
public sealed interface CommitOutcome {
  /** The branch now holds the commit, durably. */
  record Committed(
      ContentHash id, Commit commit, String branch, Changes changes, WriteTotals written)
      implements CommitOutcome {}

  /** The edits change nothing: no commit was made. {@code head} is what the branch holds. */
  record Unchanged(Optional<ContentHash> head, String branch) implements CommitOutcome {}

  /**
   * The edits clash with what happened on the branch since their base; nothing was changed.
   *
   * @param conflicts in order of key, at most {@link Conflicts#MAX_KEPT}
   * @param complete whether these are all
   */
  record Conflicted(List<Conflict> conflicts, boolean complete, Optional<ContentHash> head)
      implements CommitOutcome {}
}
