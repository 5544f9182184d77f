package dev.varve.sync;

import dev.varve.blob.Evidence;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.version.Repository;
import java.util.Optional;

/** Moves refs of the receiver, once all that they name is durable. One thread. */
final class RefWrites {
  private final Repository to;
  private final String reason;

  RefWrites(Repository to, String reason) {
    this.to = to;
    this.reason = reason;
  }

  /**
   * Moves one ref; false where somebody else moved it meanwhile, or a collection went on.
   *
   * @param expected its newest record, by which the move was decided
   * @param forward whether the new commit descends from the old one
   * @param near has the new commit, too
   * @throws dev.varve.error.UnknownOutcomeException where no answer tells whether it moved
   */
  boolean move(
      Optional<RefRecord> expected,
      RefMove move,
      boolean forward,
      Evidence evidence,
      Repository near) {
    RefStore refs = to.backend().refs();
    RefChange change =
        new RefChange(
            move.name(),
            Optional.of(move.to()),
            forward,
            to.environment().nonce(),
            reason,
            to.environment().user(),
            to.environment().nowMillis(),
            near.carriedWith(move.to(), refs.carries()));
    RefOutcome outcome = refs.compareAndSet(expected, change, evidence);
    if (outcome instanceof RefOutcome.Unknown unknown) {
      throw unknown.why();
    }
    return outcome instanceof RefOutcome.Done;
  }
}
