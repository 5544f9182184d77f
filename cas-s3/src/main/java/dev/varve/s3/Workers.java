package dev.varve.s3;

import dev.varve.error.BackendException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * The threads on which requests run side by side, and the memory that what waits for them may take.
 * Thread-safe. Tasks never wait for other tasks.
 */
final class Workers implements AutoCloseable {
  /** What a task costs beyond its bytes; bounds their number, too. */
  private static final int OVERHEAD = 4096;

  private final ExecutorService threads;
  private final Semaphore memory;
  private final int budget;
  private final int window;

  Workers(S3Settings settings, String name) {
    this.budget = settings.memory();
    this.memory = new Semaphore(budget);
    this.window = settings.requests() * 4;
    this.threads =
        Executors.newFixedThreadPool(
            settings.requests(),
            task -> {
              Thread thread = new Thread(task, "varve-s3 " + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs a task that holds so many bytes, once there is room for them; the caller waits until then.
   *
   * @throws InterruptedException where the caller was told to stop waiting; the task does not run
   */
  void run(int bytes, Runnable task) throws InterruptedException {
    int charge = (int) Math.min(budget, (long) bytes + OVERHEAD);
    memory.acquire(charge);
    boolean handed = false;
    try {
      threads.execute(
          () -> {
            try {
              task.run();
            } finally {
              memory.release(charge);
            }
          });
      handed = true;
    } finally {
      if (!handed) {
        memory.release(charge);
      }
    }
  }

  /**
   * Applies a function to all inputs side by side. The results are in the order of the inputs; of
   * several failures the first is thrown.
   */
  <T, R> List<R> map(String operation, List<T> inputs, Function<T, R> function) {
    List<R> results = new ArrayList<>(inputs.size());
    List<Future<R>> running = new ArrayList<>();
    try {
      for (int from = 0; from < inputs.size(); from += window) {
        running.clear();
        for (T input : inputs.subList(from, Math.min(inputs.size(), from + window))) {
          running.add(threads.submit(() -> function.apply(input)));
        }
        for (Future<R> each : running) {
          results.add(each.get());
        }
      }
      return results;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      throw interrupted(operation);
    } finally {
      running.forEach(each -> each.cancel(false));
    }
  }

  /** Begins something beside what the caller does. */
  <R> Future<R> submit(Callable<R> task) {
    return threads.submit(task);
  }

  /** What {@link #submit} began comes to, or its failure. */
  static <R> R result(String operation, Future<R> task) {
    try {
      return task.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      throw interrupted(operation);
    }
  }

  /** What an interrupted caller is told; the thread stays interrupted. */
  static BackendException interrupted(String operation) {
    Thread.currentThread().interrupt();
    return BackendException.transientFailure(
        "cannot " + operation + ": the thread was interrupted", null);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
