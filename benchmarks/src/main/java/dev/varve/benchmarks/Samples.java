package dev.varve.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Times of one operation, in nanoseconds. One thread. */
final class Samples {
  private long[] nanos = new long[1024];
  private int count;

  /** Something to be timed. */
  @FunctionalInterface
  interface Work {
    void run() throws java.io.IOException;
  }

  /** Runs and times. */
  void time(Work work) throws java.io.IOException {
    long start = System.nanoTime();
    work.run();
    add(System.nanoTime() - start);
  }

  void add(long sample) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = sample;
  }

  int count() {
    return count;
  }

  /** Median, in milliseconds. */
  double medianMillis() {
    return quantileMillis(0, count, 0.5);
  }

  /** A quantile, in milliseconds. */
  double quantileMillis(double q) {
    return quantileMillis(0, count, q);
  }

  /** A quantile of those from one number up to another, in milliseconds. */
  double quantileMillis(int from, int to, double q) {
    long[] part = Arrays.copyOfRange(nanos, from, to);
    Arrays.sort(part);
    return part[(int) Math.min(part.length - 1L, Math.round(q * (part.length - 1)))] / 1e6;
  }

  /** Four significant digits: more would be noise. */
  static double rounded(double value) {
    if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    return new BigDecimal(value).round(new MathContext(4)).doubleValue();
  }
}
