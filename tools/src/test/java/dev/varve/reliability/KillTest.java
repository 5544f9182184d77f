package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes at work on a repository on disk, killed at any moment. */
class KillTest {
  private static final int HEAP_MIB = 96;
  private static final int FOR_EVER = 1_000_000;
  private final long seed = Runs.seed(1);

  @TempDir Path directory;

  private Path repository() {
    Path path = directory.resolve("repo");
    Varve.create(path, HashAlgorithm.SHA256).close();
    return path;
  }

  private Path source() throws IOException {
    Path chunks = Files.createDirectories(directory.resolve("source/a/c"));
    for (int i = 0; i < 10; i++) {
      Files.writeString(chunks.resolve(String.valueOf(i)), ("chunk " + i).repeat(500));
    }
    return directory.resolve("source");
  }

  private static void read(Fork fork, Acknowledged acknowledged, int lines) throws IOException {
    for (int i = 0; i < lines; i++) {
      acknowledged.note(fork.line().orElseThrow(() -> new AssertionError("it ended")), false);
    }
  }

  /** The rest of what a process printed until its end. */
  private static boolean drain(Fork fork, Acknowledged acknowledged, boolean killed)
      throws IOException {
    boolean ended = false;
    for (Optional<String> line = fork.line(); line.isPresent(); line = fork.line()) {
      acknowledged.note(line.get(), killed);
      ended |= line.get().equals("end");
    }
    return ended;
  }

  @Test
  void killedProcessLosesNothingThatItAcknowledged() throws Exception {
    Path path = repository();
    Path source = source();
    Acknowledged acknowledged = new Acknowledged();
    Random random = new Random(seed);
    int kills = Runs.count(8, 1000);
    for (int kill = 0; kill < kills; kill++) {
      try (Fork fork = Fork.start(HEAP_MIB, Work.class, path, source, "w", seed + kill, FOR_EVER)) {
        read(fork, acknowledged, 1 + random.nextInt(20));
        // Anywhere between two acknowledgements, which are some thousand spins apart.
        for (int spins = random.nextInt(1_000_000); spins > 0; spins--) {
          Thread.onSpinWait();
        }
        fork.kill();
        assertThat(drain(fork, acknowledged, true)).isFalse();
        fork.exit();
      }
      try (Repository repository = Varve.open(path)) {
        acknowledged.require(repository);
        Acknowledged.requireNoLostUpdate(repository);
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed + ", after kill " + kill, failed);
      }
    }
    assertThat(acknowledged.commits()).isGreaterThan(kills);
  }

  @Test
  void processesSideBySideLoseNothingWhileOthersAreKilled() throws Exception {
    Path path = repository();
    Path source = source();
    Acknowledged acknowledged = new Acknowledged();
    int commits = Runs.count(40, 10_000);
    List<Fork> forks = new ArrayList<>();
    try {
      for (int who = 0; who < 4; who++) {
        int wanted = who < 3 ? commits : FOR_EVER;
        forks.add(Fork.start(HEAP_MIB, Work.class, path, source, "w" + who, seed + who, wanted));
      }
      Fork doomed = forks.get(3);
      read(doomed, acknowledged, 12);
      doomed.kill();
      drain(doomed, acknowledged, true);
      for (Fork fork : forks.subList(0, 3)) {
        assertThat(drain(fork, acknowledged, false)).isTrue();
        assertThat(fork.exit()).isZero();
      }
    } finally {
      forks.forEach(Fork::close);
    }
    try (Repository repository = Varve.open(path)) {
      acknowledged.require(repository);
      Acknowledged.requireNoLostUpdate(repository);
    }
    assertThat(acknowledged.commits()).isGreaterThan(2 * commits);
  }
}
