package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Threads;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many processes and threads at work on one repository on disk, on the same branches and others, on
 * the same keys and others.
 */
class ManyWritersTest {
  private final long seed = Runs.seed(1);
  private final Acknowledged acknowledged = new Acknowledged();

  @TempDir Path directory;

  private Path path;
  private Path source;

  @BeforeEach
  void create() throws IOException {
    path = directory.resolve("repo");
    source = Worker.source(directory);
    Varve.create(path, HashAlgorithm.SHA256).close();
  }

  /** One after another, each killed somewhere, until so many commits were acknowledged. */
  private int killedAndRestarted(int who, int commits) throws IOException, InterruptedException {
    Random random = new Random(seed + who);
    int made = 0;
    int kills = 0;
    while (made < commits) {
      try (Worker worker =
          Worker.start(path, source, "k" + who, random.nextLong(), 1, Worker.FOR_EVER)) {
        made += worker.read(acknowledged, 1 + random.nextInt(Math.max(2, commits / 5)));
        worker.kill();
        worker.drain(acknowledged);
        kills++;
      }
    }
    return kills;
  }

  private int leftAlone(int who, int commits) throws IOException, InterruptedException {
    try (Worker worker = Worker.start(path, source, "w" + who, seed + who, 1, commits)) {
      assertThat(worker.drain(acknowledged)).isTrue();
    }
    return 0;
  }

  /** All that was said is there, and history has nothing that nobody asked for. */
  private void requireAll(int commits) throws IOException {
    assertThat(StoredBits.differences(path)).isPositive();
    try (Repository repository = Varve.open(path)) {
      acknowledged.require(repository);
      Stores.requireClean(repository);
    } catch (AssertionError | RuntimeException failed) {
      throw new AssertionError("seed " + seed, failed);
    }
    assertThat(acknowledged.commits()).isGreaterThanOrEqualTo(commits / 2);
  }

  @Test
  void processesOfWhichHalfAreKilledLoseNothing() throws Exception {
    int processes = Runs.count(4, 8);
    int commits = Runs.count(20, 500);

    Threads.together(
        processes,
        who -> who % 2 == 0 ? leftAlone(who, commits) : killedAndRestarted(who, commits));

    requireAll(processes * commits);
  }

  @Test
  void threadsOfOneProcessLoseNothing() throws Exception {
    int threads = 32;
    int commits = Runs.count(2, 100);
    try (Repository repository = Varve.open(path)) {
      threads(repository, threads, commits);
    }
    requireAll(threads * commits);
  }

  private void threads(Repository repository, int threads, int commits)
      throws InterruptedException {
    Threads.together(
        threads,
        index -> {
          new Work(
                  repository,
                  source,
                  "t" + index,
                  seed + 1000 + index,
                  line -> acknowledged.note(line, false))
              .make(commits);
          return null;
        });
  }

  @Test
  void threadsBesideProcessesOfSeveralThreadsLoseNothing() throws Exception {
    int commits = Runs.count(3, 100);
    Threads.together(
        3,
        part -> {
          if (part == 0) {
            try (Repository repository = Varve.open(path)) {
              threads(repository, 8, commits);
            }
            return 0;
          }
          try (Worker worker =
              Worker.start(
                  path, source, "p" + part, seed, 4, part == 1 ? commits : Worker.FOR_EVER)) {
            if (part == 2) {
              worker.read(acknowledged, 4 * commits);
              worker.kill();
            }
            assertThat(worker.drain(acknowledged)).isEqualTo(part == 1);
          }
          return 0;
        });
    requireAll(12 * commits);
  }
}
