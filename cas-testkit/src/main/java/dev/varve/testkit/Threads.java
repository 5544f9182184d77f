package dev.varve.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same thing on several threads that begin together. */
public final class Threads {
  private Threads() {}

  /** One thread's part. */
  public interface Part<R> {
    /** {@code index} counts the threads from 0. */
    R run(int index) throws Exception;
  }

  /**
   * Runs all parts and gives their results in order of index; the first failure of any is thrown.
   *
   * @throws AssertionError where a part failed, with its failure as the cause
   */
  public static <R> List<R> together(int threads, Part<R> part) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<R>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int index = i;
        calls.add(
            () -> {
              start.await();
              return part.run(index);
            });
      }
      List<R> results = new ArrayList<>();
      for (Future<R> each : pool.invokeAll(calls)) {
        try {
          results.add(each.get());
        } catch (ExecutionException failed) {
          throw new AssertionError("a thread failed: " + failed.getCause(), failed.getCause());
        }
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
