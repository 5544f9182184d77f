package dev.varve.s3;

import java.util.function.Supplier;

/**
 * How often a request is made before giving up, and the wait between. Immutable; thread-safe.
 *
 * @param most at least 1
 */
record Attempts(int most, Pause pause) {
  /**
   * Makes a request that changes nothing, or whose repetition changes nothing more, until it is
   * answered.
   *
   * @throws S3Failure the last one, or the first that does not pass
   */
  <R> R repeat(Supplier<R> request) {
    for (int made = 1; ; made++) {
      try {
        return request.get();
      } catch (S3Failure failed) {
        if (!failed.passing() || made >= most) {
          throw failed;
        }
        await(made, failed);
      }
    }
  }

  /** Like {@link #repeat}, for callers of the driver: fails as a backend does. */
  <R> R read(Supplier<R> request) {
    try {
      return repeat(request);
    } catch (S3Failure failed) {
      throw failed.toStoreException();
    }
  }

  /** Waits; an interrupted wait ends the attempts with the failure that led to it. */
  void await(int made, S3Failure failed) {
    try {
      pause.before(made);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new S3Failure(
          S3Failure.Kind.REFUSED,
          failed.getMessage() + "; interrupted before trying again",
          failed);
    }
  }
}
