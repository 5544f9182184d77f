package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.Varve;
import dev.varve.blob.Blobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Logged;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that may grow no further, which the shell's limit makes of any disk: at a random length,
 * across commits, imports and exports. A full disk fails at the same calls with another number.
 */
class FileLimitTest {
  private static final int HEAP_MIB = 128;
  private final long seed = Runs.seed(1);

  @TempDir Path folder;

  @BeforeEach
  void shell() {
    assumeThat(System.getProperty("os.name")).as("a shell with 'ulimit -f'").isEqualTo("Linux");
  }

  /** Some MiB of chunks, one of them a file of its own in the repository. */
  private Path source() throws IOException {
    Path chunks = Files.createDirectories(folder.resolve("source/a/c"));
    Random random = new Random(7);
    for (int i = 0; i < 6; i++) {
      byte[] chunk = new byte[i == 5 ? Blobs.MAX_WHOLE + 1 : 300_000];
      random.nextBytes(chunk);
      Files.write(chunks.resolve(String.valueOf(i)), chunk);
    }
    return folder.resolve("source");
  }

  private static List<String> run(List<String> runner, Object... arguments) throws Exception {
    List<String> lines = new ArrayList<>();
    try (Fork fork = Fork.under(runner, HEAP_MIB, LimitedWork.class, arguments)) {
      for (Optional<String> line = fork.line(); line.isPresent(); line = fork.line()) {
        lines.add(line.get());
      }
      assertThat(fork.exit()).as("%s", lines).isZero();
    }
    assertThat(lines).last().isEqualTo("end");
    return lines;
  }

  private static void require(Path path, Set<ContentHash> acknowledged) {
    try (Repository repository = Varve.open(path)) {
      Set<ContentHash> found = new HashSet<>();
      if (!acknowledged.isEmpty()) {
        Iterator<Logged> all = repository.history(List.of(repository.resolve("main")));
        all.forEachRemaining(each -> found.add(each.id()));
      }
      assertThat(found).containsAll(acknowledged);
      Stores.requireClean(repository);
    }
  }

  private static void note(List<String> lines, Set<ContentHash> acknowledged) {
    lines.stream()
        .filter(line -> line.startsWith("commit "))
        .forEach(line -> acknowledged.add(ContentHash.parse(line.substring(7))));
  }

  private static void requireNothingTorn(Path exports, Path repository) throws IOException {
    try (Stream<Path> left = Files.list(exports)) {
      assertThat(left).noneMatch(each -> each.toString().contains(".partial"));
    }
    Path incoming = repository.resolve("values/incoming");
    if (Files.exists(incoming)) {
      try (Stream<Path> left = Files.list(incoming)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void fileThatMayGrowNoMoreLosesNothingAndWorkGoesOnWithoutTheLimit() throws Exception {
    Path source = source();
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < Runs.count(2, 200); round++) {
      Path path = folder.resolve("repo" + round);
      Path exports = Files.createDirectory(folder.resolve("exports" + round));
      Varve.create(path, HashAlgorithm.SHA256).close();
      // The native library is unpacked to a file of its own; less than it needs, nothing opens.
      int kib = 1500 + random.nextInt(14_000);
      List<String> shell = List.of("bash", "-c", "ulimit -f " + kib + "; exec \"$0\" \"$@\"");
      String when = "seed " + seed + ", round " + round + ", " + kib + " KiB";
      try {
        Set<ContentHash> acknowledged = new HashSet<>();
        List<String> limited = run(shell, path, source, exports, seed + round);
        note(limited, acknowledged);
        refused += (int) limited.stream().filter(line -> line.startsWith("refused ")).count();
        assertThat(limited)
            .filteredOn(line -> line.startsWith("refused "))
            .allMatch(line -> line.matches("refused [a-z]+: cannot .+: .+"));
        requireNothingTorn(exports, path);
        require(path, acknowledged);

        Path again = Files.createDirectory(folder.resolve("again" + round));
        List<String> free = run(List.of(), path, source, again, seed + round + 1000);
        assertThat(free).noneMatch(line -> line.startsWith("refused "));
        note(free, acknowledged);
        require(path, acknowledged);
        Folders.delete(again);
      } catch (AssertionError failed) {
        throw new AssertionError(when, failed);
      }
      Folders.delete(exports);
      Folders.delete(path);
    }
    System.out.println("file limits: seed " + seed + ", " + refused + " operations refused");
    assertThat(refused).isPositive();
  }
}
