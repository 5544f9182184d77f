package dev.varve.ref;

import dev.varve.error.UnknownOutcomeException;
import java.util.Optional;

/** What became of a compare-and-set. Immutable. */
public sealed interface RefOutcome {
  /** It happened; the ref's newest record is ours. */
  record Done(RefRecord record) implements RefOutcome {}

  /** It did not happen: the ref was not as expected. {@code current} is what it was then. */
  record Lost(Optional<RefRecord> current) implements RefOutcome {}

  /** It did not happen: collections went on past the evidence. Begin again with fresh evidence. */
  record Overtaken(long epoch) implements RefOutcome {}

  /**
   * It may have happened. Reading record {@code attempted.number()} tells, once anything is there.
   */
  record Unknown(RefRecord attempted, UnknownOutcomeException why) implements RefOutcome {}
}
