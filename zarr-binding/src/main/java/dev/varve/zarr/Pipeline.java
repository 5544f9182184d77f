package dev.varve.zarr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs jobs on a few threads and hands their results, in the order in which the jobs came, to the
 * one thread that uses the pipeline. Holds at most {@value #MAX_JOBS} results, of {@value
 * #MAX_WEIGHT} bytes together or one alone.
 */
final class Pipeline<T> implements AutoCloseable {
  private static final int MAX_JOBS = 256;
  private static final long MAX_WEIGHT = 64L << 20;

  private record Job<T>(Future<T> result, long weight) {}

  private final ExecutorService workers;
  private final Consumer<T> consumer;
  private final Deque<Job<T>> running = new ArrayDeque<>();
  private long weight;

  Pipeline(int threads, String name, Consumer<T> consumer) {
    AtomicInteger number = new AtomicInteger();
    this.workers =
        Executors.newFixedThreadPool(
            threads,
            job -> {
              Thread thread = new Thread(job, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.consumer = consumer;
  }

  /**
   * Adds a job whose result will hold so many bytes, after waiting for older ones where too much is
   * held. A failure of an older job comes out here, an I/O failure as {@link UncheckedIOException}.
   */
  void submit(Callable<T> job, long bytes) {
    while (!running.isEmpty() && (running.size() >= MAX_JOBS || weight + bytes > MAX_WEIGHT)) {
      consumeOldest();
    }
    submitted(workers.submit(job), bytes);
  }

  private void submitted(Future<T> result, long bytes) {
    running.add(new Job<>(result, bytes));
    weight += bytes;
    while (!running.isEmpty() && running.element().result.isDone()) {
      consumeOldest();
    }
  }

  /** Adds a result that is there already, in its place behind those of older jobs. */
  void pass(T result) {
    submitted(CompletableFuture.completedFuture(result), 0);
  }

  /** Waits for everything. */
  void finish() {
    while (!running.isEmpty()) {
      consumeOldest();
    }
  }

  private void consumeOldest() {
    Job<T> oldest = running.remove();
    weight -= oldest.weight;
    try {
      consumer.accept(oldest.result.get());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new TransferException("interrupted; nothing was changed", stopped);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (failed.getCause() instanceof Error cause) {
        throw cause;
      }
      if (failed.getCause() instanceof IOException cause) {
        throw new UncheckedIOException(cause);
      }
      throw new TransferException("a worker failed: " + failed.getCause(), failed.getCause());
    }
  }

  /** Drops what is not done, and returns only when no job runs any more. */
  @Override
  public void close() {
    workers.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (workers.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException stopped) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
