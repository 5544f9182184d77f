package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.lmdb.LmdbBackend;
import dev.varve.memory.MemoryBackend;
import dev.varve.version.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations on a repository and on plain maps, which must agree after each. A failure is
 * told with its seed and the shortest list of steps that was found to fail.
 */
class ModelTest {
  private static final int CHECK_EVERY = 200;
  private final AtomicLong environments = new AtomicLong(1000);

  @TempDir Path directory;

  private static void run(List<Step> steps, Supplier<Machine> machines) {
    try (Machine machine = machines.get()) {
      for (int i = 0; i < steps.size(); i++) {
        machine.run(steps.get(i));
        if (i % CHECK_EVERY == CHECK_EVERY - 1) {
          machine.checkAll();
        }
      }
      machine.checkAll();
    }
  }

  private static boolean fails(List<Step> steps, Supplier<Machine> machines) {
    try {
      run(steps, machines);
      return false;
    } catch (RuntimeException | AssertionError failed) {
      return true;
    }
  }

  private static void worlds(int count, int steps, long usualSeed, Supplier<Machine> machines) {
    long first = Runs.seed(usualSeed);
    for (long seed = first; seed < first + count; seed++) {
      List<Step> list = Step.list(seed, steps);
      try {
        run(list, machines);
      } catch (RuntimeException | AssertionError failed) {
        List<Step> shortest = Shrinking.shortest(list, some -> fails(some, machines), 150);
        throw new AssertionError(
            "seed " + seed + ", " + shortest.size() + " steps are enough: " + shortest, failed);
      }
    }
  }

  private Machine inMemory() {
    // The next process has nothing but what is stored; nothing is closed.
    return new Machine(
        Stores.create(new MemoryBackend(), environments.incrementAndGet()),
        dead -> Stores.open(dead.backend(), environments.incrementAndGet()));
  }

  private Machine onDisk() {
    Path path;
    try {
      path = Files.createTempDirectory(directory, "repo").resolve("repo");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Repository created = Stores.create(LmdbBackend.create(path), environments.incrementAndGet());
    return new Machine(
        created,
        dead -> {
          // One process must not map a file twice, so what a kill does is tried elsewhere.
          dead.close();
          return Stores.open(LmdbBackend.open(path), environments.incrementAndGet());
        });
  }

  @Test
  void repositoryInMemoryAgreesWithTheModel() {
    worlds(Runs.count(4, 1000), 1000, 1, this::inMemory);
  }

  @Test
  void repositoryOnDiskAgreesWithTheModel() {
    worlds(Runs.count(1, 50), 400, 1, this::onDisk);
  }

  @Test
  void shrinkingFindsTheStepsThatMatter() {
    List<Integer> steps = IntStream.range(0, 200).boxed().toList();

    List<Integer> shortest =
        Shrinking.shortest(steps, some -> some.contains(17) && some.contains(150), 200);

    assertThat(shortest).containsExactly(17, 150);
  }
}
