package dev.varve.s3;

import java.util.function.Supplier;

/**
 * Create-only writes whose outcome is known, or known to be unknown. Immutable; thread-safe.
 *
 * <p>No answer, 409 and 412 settle nothing: a lost answer turns our own success into a 412, and a
 * late request turns "nothing there" into a success. So after each of them the name is looked at,
 * and while nothing is there the same bytes are sent again. Giving up is {@link Outcome.Unknown},
 * never failure.
 *
 * @param attempts how often to send
 */
record ConditionalWrite(Attempts attempts) {
  /** What is stored under the name. */
  enum Look {
    NOTHING,
    OURS,
    THEIRS
  }

  /** What became of a write. Immutable. */
  sealed interface Outcome {
    /** Ours is stored. */
    record Ours() implements Outcome {}

    /** Another's is stored, and stays: ours never will be. */
    record Theirs() implements Outcome {}

    /** It may be stored, or may yet be. */
    record Unknown(S3Failure why) implements Outcome {}
  }

  /**
   * Sends until the outcome is known.
   *
   * @param send sends the request once; the same bytes each time
   * @param look reads what is stored under the name
   * @throws S3Failure of kind {@link S3Failure.Kind#REFUSED} where the write provably did not
   *     happen and will not
   */
  Outcome write(Runnable send, Supplier<Look> look) {
    boolean inDoubt = false;
    for (int made = 1; ; made++) {
      S3Failure failed;
      try {
        send.run();
        return new Outcome.Ours();
      } catch (S3Failure unsettled) {
        failed = unsettled;
      }
      if (!failed.passing() && !inDoubt) {
        throw failed;
      }
      inDoubt = true;
      try {
        Look seen = attempts.repeat(look);
        if (seen != Look.NOTHING) {
          return seen == Look.OURS ? new Outcome.Ours() : new Outcome.Theirs();
        }
        if (!failed.passing() || made >= attempts.most()) {
          return new Outcome.Unknown(failed);
        }
        attempts.await(made, failed);
      } catch (S3Failure blind) {
        blind.addSuppressed(failed);
        return new Outcome.Unknown(blind);
      }
    }
  }
}
