package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process after another at work on a repository on disk, each killed at any moment. */
class KillTest {
  private static final int FULL_EVERY = 100;
  private final long seed = Runs.seed(1);

  @TempDir Path directory;

  @Test
  void killedProcessLosesNothingThatItAcknowledged() throws Exception {
    Path path = directory.resolve("repo");
    Varve.create(path, HashAlgorithm.SHA256).close();
    Path source = Worker.source(directory);
    Acknowledged acknowledged = new Acknowledged();
    Random random = new Random(seed);
    int kills = Runs.count(8, 1000);
    for (int kill = 0; kill < kills; kill++) {
      kill(path, source, acknowledged, random, kill);
      try (Repository repository = Varve.open(path)) {
        acknowledged.require(repository);
        if (kill % FULL_EVERY == FULL_EVERY - 1 || kill == kills - 1) {
          Stores.requireClean(repository);
          System.out.println(
              "kills: seed "
                  + seed
                  + ", "
                  + (kill + 1)
                  + ", "
                  + acknowledged.commits()
                  + " commits acknowledged, none lost");
        }
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed + ", after kill " + kill, failed);
      }
    }
    assertThat(acknowledged.commits()).isGreaterThan(kills);
    assertThat(StoredBits.differences(path)).isPositive();
  }

  private void kill(Path path, Path source, Acknowledged acknowledged, Random random, int kill)
      throws IOException, InterruptedException {
    try (Worker worker = Worker.start(path, source, "w", seed + kill, 1, Worker.FOR_EVER)) {
      worker.read(acknowledged, 1 + random.nextInt(20));
      // Anywhere between two acknowledgements, which are some thousand spins apart.
      for (int spins = random.nextInt(1_000_000); spins > 0; spins--) {
        Thread.onSpinWait();
      }
      worker.kill();
      assertThat(worker.drain(acknowledged)).isFalse();
    }
  }
}
