package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Row 12: commits a second by threads and by processes, one chunk each, synced. */
final class Together implements Scenario {
  /** First argument of a worker process. */
  static final String WORKER = "--worker";

  private static final int WRITERS = 8;
  private static final int COMMITS = 500;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    int each = workplace.scaled(COMMITS);
    Path path = workplace.onDisk().fresh("together");
    try {
      try (Repository repository = create(path)) {
        commit(repository, "main", "warm", each);
        threads(repository, 0, each, false);
        tell(results, "1 thread", each, timed(() -> commit(repository, "main", "solo", each)));
        tell(
            results,
            WRITERS + " threads, one branch",
            WRITERS * each,
            timed(() -> threads(repository, 1, each, false)));
        tell(
            results,
            WRITERS + " threads, a branch each",
            WRITERS * each,
            timed(() -> threads(repository, 2, each, true)));
        requireNoneLost(repository, each);
      }
      processes(results, path, each, false);
      processes(results, path, each, true);
    } finally {
      Workplace.remove(path);
    }
  }

  private static Repository create(Path path) {
    Repository repository = Varve.create(path, HashAlgorithm.SHA256);
    try (Transaction edits = repository.begin("main")) {
      edits.put(Key.of("big/zarr.json"), BigArray.document(1000, 1000));
      BigArray.commit(edits, "array");
    }
    return repository;
  }

  private static void requireNoneLost(Repository repository, int each) {
    long expected = (2L + 2 * WRITERS) * each + 1;
    long found = repository.snapshot("main").totals("").keys();
    if (found != expected) {
      throw new IllegalStateException(found + " keys where " + expected + " were committed");
    }
  }

  private static void tell(Results results, String who, int commits, double seconds) {
    results.add(12, "commits by " + who, commits / seconds, "1/s", Map.of("commits", commits));
  }

  private static double timed(Samples.Work work) throws IOException {
    Samples samples = new Samples();
    samples.time(work);
    return samples.medianMillis() / 1000;
  }

  /** Commits {@code count} chunks that nobody else writes, one at a time. */
  private static void commit(Repository repository, String branch, String writer, int count) {
    Random random = new Random(writer.hashCode());
    for (int i = 0; i < count; i++) {
      try (Transaction edits = repository.begin(branch)) {
        edits.put(Key.of("big/c/" + writer + "/" + i), BigArray.value(random));
        BigArray.commit(edits, "one chunk");
      }
    }
  }

  private static void threads(Repository repository, int round, int each, boolean apart)
      throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        String writer = "r" + round + "w" + w;
        all.add(pool.submit(() -> commit(repository, apart ? writer : "main", writer, each)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException | InterruptedException failed) {
      throw new IOException(failed);
    } finally {
      pool.shutdownNow();
    }
  }

  /**
   * Each worker opens the repository, makes twice as many commits as will be counted, says so,
   * waits for a line and then commits: starting and compiling is not counted, as it is not for
   * threads.
   */
  private static void processes(Results results, Path path, int each, boolean apart)
      throws IOException {
    List<Process> workers = new ArrayList<>();
    try {
      for (int w = 0; w < WRITERS; w++) {
        String writer = (apart ? "a" : "p") + w;
        workers.add(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Scenarios.class.getName(),
                    WORKER,
                    path.toString(),
                    apart ? writer : "main",
                    writer,
                    String.valueOf(each))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
      }
      for (Process worker : workers) {
        expect(worker, 'r');
      }
      double seconds =
          timed(
              () -> {
                for (Process worker : workers) {
                  worker.getOutputStream().write('g');
                  worker.getOutputStream().flush();
                }
                for (Process worker : workers) {
                  expect(worker, 'd');
                }
              });
      String who = WRITERS + " processes, " + (apart ? "a branch each" : "one branch");
      tell(results, who, WRITERS * each, seconds);
    } finally {
      workers.forEach(Process::destroy);
    }
  }

  private static void expect(Process worker, char sign) throws IOException {
    int found = worker.getInputStream().read();
    if (found != sign) {
      throw new IOException("a worker said " + found + " where '" + sign + "' was expected");
    }
  }

  /** The worker's side. */
  static void work(String[] args) throws IOException {
    try (Repository repository = Varve.open(Path.of(args[1]))) {
      commit(repository, args[2], args[3] + "-warm", 2 * Integer.parseInt(args[4]));
      System.out.write('r');
      System.out.flush();
      if (System.in.read() != 'g') {
        return;
      }
      commit(repository, args[2], args[3], Integer.parseInt(args[4]));
      System.out.write('d');
      System.out.flush();
    }
  }
}
