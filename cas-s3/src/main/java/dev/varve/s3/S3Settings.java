package dev.varve.s3;

import java.util.random.RandomGenerator;

/**
 * What can be tuned. Immutable.
 *
 * @param requests how many requests run at once, and so how many threads and connections there are
 * @param memory how many bytes of values wait for their upload at most, over all writers; a single
 *     part larger than this goes alone
 * @param attempts how often a request is made before giving up
 * @param pause the wait between attempts
 */
public record S3Settings(int requests, int memory, int attempts, Pause pause) {
  /** Checks the numbers. */
  public S3Settings {
    if (requests < 1 || memory < 1 << 16 || attempts < 1) {
      throw new IllegalArgumentException(
          "not settings: " + requests + " requests, " + memory + " bytes, " + attempts);
    }
  }

  /** Sixteen requests at once, 64 MiB, eight attempts with random pauses of up to 5 s. */
  public static S3Settings standard(RandomGenerator random) {
    return new S3Settings(16, 64 << 20, 8, Pause.jittered(random));
  }

  Attempts patience() {
    return new Attempts(attempts, pause);
  }
}
