package dev.varve.s3;

import java.util.random.RandomGenerator;

/** Waits between attempts. Thread-safe. */
@FunctionalInterface
public interface Pause {
  /**
   * Waits before an attempt.
   *
   * @param attempt 1 before the second attempt, 2 before the third, and so on
   * @throws InterruptedException where the thread was told to stop waiting
   */
  void before(int attempt) throws InterruptedException;

  /**
   * A random time of at most 100 ms before the second attempt and twice as much before each further
   * one, up to 5 s: the whole of it is random, so that clients that were refused together do not
   * come back together.
   *
   * @param random is asked by one thread at a time
   */
  static Pause jittered(RandomGenerator random) {
    return jittered(random, 100, 5_000);
  }

  /** Likewise, from {@code first} milliseconds at most to {@code longest}. */
  static Pause jittered(RandomGenerator random, long first, long longest) {
    return attempt -> {
      long most = Math.min(longest, first << Math.min(attempt - 1, 16));
      long millis;
      synchronized (random) {
        millis = random.nextLong(most + 1);
      }
      Thread.sleep(millis);
    };
  }
}
