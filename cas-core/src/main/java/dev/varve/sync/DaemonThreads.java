package dev.varve.sync;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Pools of threads that do not keep a process alive. */
final class DaemonThreads {
  private DaemonThreads() {}

  static ExecutorService pool(String name, int size) {
    return Executors.newFixedThreadPool(
        size,
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Waits until all tasks came to their end, so that nothing reads a repository that the caller
   * closes next. Tasks are not interrupted: a driver's channels would close under others.
   *
   * @param unblock lets tasks that wait for the caller go on; called again and again
   */
  static void end(ExecutorService pool, Runnable unblock) {
    pool.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      unblock.run();
      try {
        ended = pool.awaitTermination(5, TimeUnit.MILLISECONDS);
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
