package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.Varve;
import dev.varve.blob.Blobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Mount;
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
 * Disks that fail under a process that commits, imports and exports, at random points: files that
 * may grow no further (which the shell's limit makes of any disk), a full disk, and one that turns
 * read-only. What was acknowledged is there, nothing is torn, and the work goes on when the disk
 * does.
 */
class DiskTroubleTest {
  private static final int STEPS = 8;
  private static final int HEAP_MIB = 128;

  /** What is said of a disk that fails: it takes the system a moment to make it read-only. */
  private static final List<String> FAILED_DISK =
      List.of(
          "the disk is read-only",
          "reading alone",
          "Input/output error",
          "could not write it to the disk",
          // LMDB goes no further after a sync that failed.
          "an earlier write failed half-way");

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
    try (Fork fork = Fork.under(runner, HEAP_MIB, LimitedWork.class, arguments)) {
      return rest(fork);
    }
  }

  private static List<String> rest(Fork fork) throws Exception {
    List<String> lines = new ArrayList<>();
    try (fork) {
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
        List<String> limited = run(shell, path, source, exports, seed + round, STEPS);
        note(limited, acknowledged);
        refused += refusals(limited);
        requireNothingTorn(exports, path);
        require(path, acknowledged);

        Path again = Files.createDirectory(folder.resolve("again" + round));
        List<String> free = run(List.of(), path, source, again, seed + round + 1000, STEPS);
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

  /** How many operations were refused; each must say what could not be done, and why. */
  private static int refusals(List<String> lines) {
    List<String> refused =
        lines.stream()
            .filter(line -> line.startsWith("refused "))
            // Where nothing could be committed there is nothing to export.
            .filter(line -> !line.startsWith("refused export: no revision 'main'"))
            .toList();
    assertThat(refused)
        .allMatch(
            line -> line.matches("refused [a-z]+: (commit .+ may have happened: )?cannot .+: .+"));
    return refused.size();
  }

  /** What was acknowledged is there, and the same work goes on, in a new process. */
  private void goOn(Path path, Path source, Set<ContentHash> acknowledged, long own)
      throws Exception {
    require(path, acknowledged);
    Path exports = Files.createTempDirectory(folder, "again");
    List<String> free = run(List.of(), path, source, exports, own, STEPS);
    assertThat(free).noneMatch(line -> line.startsWith("refused "));
    note(free, acknowledged);
    require(path, acknowledged);
    requireNothingTorn(exports, path);
    Folders.delete(exports);
  }

  @Test
  void diskThatFillsUpLosesNothingAndWorkGoesOnWithRoom() throws Exception {
    Path source = source();
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < Runs.count(2, 100); round++) {
      // An import is 10 MiB; eight steps are some 40, and as much for what is exported.
      int size = 4 + random.nextInt(40);
      try (Mount mount = Mount.ofMiB(folder.resolve("full" + round), size)) {
        Path path = mount.place().resolve("repo");
        Path exports = Files.createDirectory(mount.place().resolve("exports"));
        Varve.create(path, HashAlgorithm.SHA256).close();
        Set<ContentHash> acknowledged = new HashSet<>();
        List<String> limited = run(List.of(), path, source, exports, seed + round, STEPS);
        note(limited, acknowledged);
        int here = refusals(limited);
        refused += here;
        assertThat(limited)
            .filteredOn(line -> line.startsWith("refused ") && !line.contains("no revision"))
            .allMatch(line -> line.contains("the disk is full"));
        requireNothingTorn(exports, path);
        require(path, acknowledged);
        mount.resize(400);
        goOn(path, source, acknowledged, seed + round + 1000);
      } catch (AssertionError failed) {
        throw new AssertionError("seed " + seed + ", round " + round + ", " + size, failed);
      }
    }
    System.out.println("full disks: seed " + seed + ", " + refused + " operations refused");
    assertThat(refused).isPositive();
  }

  @Test
  void diskThatTurnsReadOnlyLosesNothingAndWorkGoesOnWhenItIsWritten() throws Exception {
    Path source = source();
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < Runs.count(2, 50); round++) {
      Path image = folder.resolve("disk" + round + ".img");
      Path place = folder.resolve("disk" + round);
      Set<ContentHash> acknowledged = new HashSet<>();
      try (Mount mount = Mount.ofDisk(place, image, 300)) {
        Path path = mount.place().resolve("repo");
        Path exports = Files.createDirectory(mount.place().resolve("exports"));
        Varve.create(path, HashAlgorithm.SHA256).close();
        List<String> lines = new ArrayList<>();
        try (Fork fork =
            Fork.start(HEAP_MIB, LimitedWork.class, path, source, exports, seed + round, STEPS)) {
          for (int i = random.nextInt(3); i > 0; i--) {
            fork.line().ifPresent(lines::add);
          }
          for (int spins = random.nextInt(20_000_000); spins > 0; spins--) {
            Thread.onSpinWait();
          }
          mount.fail();
          lines.addAll(rest(fork));
        }
        note(lines, acknowledged);
        refused += refusals(lines);
        assertThat(lines)
            .filteredOn(line -> line.startsWith("refused ") && !line.contains("no revision"))
            .allMatch(line -> FAILED_DISK.stream().anyMatch(line::contains));
        // It can still be read.
        require(path, acknowledged);
      }
      try (Mount mount = Mount.ofDisk(place, image, 300)) {
        goOn(mount.place().resolve("repo"), source, acknowledged, seed + round + 1000);
      } catch (AssertionError failed) {
        throw new AssertionError("seed " + seed + ", round " + round, failed);
      }
      Files.delete(image);
    }
    System.out.println("read-only disks: seed " + seed + ", " + refused + " operations refused");
    assertThat(refused).isPositive();
  }
}
