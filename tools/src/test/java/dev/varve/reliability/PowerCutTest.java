package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.Varve;
import dev.varve.blob.Blobs;
import dev.varve.error.NotFoundException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.reliability.disk.Disk;
import dev.varve.reliability.disk.Journal;
import dev.varve.reliability.disk.StraceLog;
import dev.varve.reliability.disk.Survival;
import dev.varve.tools.Main;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loss of power: processes work on a repository while strace records each of their writes and
 * syncs; then the folder is made as a disk may show it that kept only what was synced, and of the
 * rest whatever it liked, and is opened. Skipped where there is no strace.
 */
class PowerCutTest {
  private static final int HEAP_MIB = 96;
  private final long seed = Runs.seed(1);
  private final Random random = new Random(seed);

  @TempDir Path folder;

  /** What is recorded lies below it. */
  private Path root;

  private final List<Path> logs = new ArrayList<>();

  /** Leaves folders as processes do that are killed before they sync their names. */
  static final class Remains {
    private Remains() {}

    public static void main(String[] arguments) throws IOException {
      Path repository = Path.of(arguments[0]);
      if (arguments[1].equals("repository")) {
        Files.createDirectories(repository);
        return;
      }
      Path values = Files.createDirectories(repository.resolve("values"));
      Files.createDirectory(values.resolve("incoming"));
      for (int i = 0; i < 256; i++) {
        Files.createDirectory(values.resolve(String.format("%02x", i)));
      }
    }
  }

  @BeforeEach
  void strace() throws IOException {
    assumeThat(StraceLog.available(folder))
        .as("strace is not here or may not trace: LOSS OF POWER IS NOT TRIED")
        .isTrue();
    root = Files.createDirectory(folder.toRealPath().resolve("disk"));
  }

  private Fork traced(Class<?> main, Object... arguments) throws IOException {
    Path log = folder.resolve("log" + logs.size());
    logs.add(log);
    return Fork.under(StraceLog.command(log), HEAP_MIB, main, arguments);
  }

  private static void await(Fork fork) throws Exception {
    List<String> printed = new ArrayList<>();
    for (var line = fork.line(); line.isPresent(); line = fork.line()) {
      printed.add(line.get());
    }
    assertThat(fork.exit()).as("%s", printed).isZero();
  }

  private Path repository() {
    return root.resolve("by/repo");
  }

  private void init() throws Exception {
    try (Fork fork = traced(Main.class, "init", repository())) {
      await(fork);
    }
  }

  /** Chunks to import: one goes to a pack, one is too large for that. */
  private Path source(int number, int small) throws IOException {
    Path chunks = Files.createDirectories(folder.resolve("source" + number + "/a/c"));
    for (int i = 0; i < 5; i++) {
      Files.writeString(chunks.resolve(String.valueOf(i)), ("chunk " + i).repeat(500));
    }
    for (int i = 0; i < small; i++) {
      Files.writeString(chunks.resolve("small" + i), "small " + i);
    }
    byte[] packed = new byte[1_100_000];
    new Random(-number - 1).nextBytes(packed);
    Files.write(chunks.resolve("packed"), packed);
    byte[] large = new byte[Blobs.MAX_WHOLE + 1];
    new Random(number).nextBytes(large);
    Files.write(chunks.resolve("large"), large);
    return folder.resolve("source" + number);
  }

  private void work(int processes, int commits) throws Exception {
    work(processes, commits, 0);
  }

  /** With so many small chunks that commits change little of a node, there are differences. */
  private void work(int processes, int commits, int small) throws Exception {
    List<Fork> forks = new ArrayList<>();
    try {
      for (int who = 0; who < processes; who++) {
        Path source = source(who, small);
        forks.add(
            traced(Work.class, repository(), source, "w" + who, seed + who, 1, commits, "import"));
      }
      for (Fork fork : forks) {
        await(fork);
      }
    } finally {
      forks.forEach(Fork::close);
    }
  }

  private Journal journal() throws IOException {
    Journal journal = Journal.read(root, logs);
    requireEverythingRecorded(journal);
    return journal;
  }

  /** A disk that loses nothing has at the end what the real one has: no call was missed. */
  private void requireEverythingRecorded(Journal journal) throws IOException {
    Disk disk = new Disk(journal);
    disk.advance(Long.MAX_VALUE);
    Path copy = Files.createDirectory(folder.resolve("copy"));
    disk.write(copy, Survival.Kind.EVERYTHING, random);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        if (!each.getFileName().toString().equals("lock.mdb")) {
          assertThat(copy.resolve(root.relativize(each).toString())).hasSameBinaryContentAs(each);
        }
      }
    }
    Folders.delete(copy);
  }

  /** Tries moments of the journal, each with every kind of loss. */
  private void cutThePower(Journal journal, int moments) throws IOException {
    Disk disk = new Disk(journal);
    List<Long> all = disk.moments();
    SortedSet<Integer> chosen = new TreeSet<>();
    for (int i = 0; i < moments && moments < all.size(); i++) {
      chosen.add(random.nextInt(all.size()));
    }
    for (int i = 0; i < all.size() && moments >= all.size(); i++) {
      chosen.add(i);
    }
    int images = 0;
    int pending = 0;
    for (int moment : chosen) {
      disk.advance(all.get(moment));
      List<String> printed = disk.printed(all.get(moment));
      pending = Math.max(pending, disk.pending());
      for (Survival.Kind kind : Survival.Kind.values()) {
        long own = random.nextLong();
        Path image = Files.createDirectory(folder.resolve("image"));
        disk.write(image, kind, new Random(own));
        try {
          require(
              image.resolve(root.relativize(repository()).toString()), printed, images % 5 == 0);
        } catch (AssertionError | RuntimeException failed) {
          throw new AssertionError(
              "seed " + seed + ", moment " + moment + " of " + all.size() + ", " + kind, failed);
        }
        Folders.delete(image);
        images++;
      }
    }
    System.out.println(
        "power cuts: seed "
            + seed
            + ", "
            + journal.syncs()
            + " syncs, "
            + chosen.size()
            + " of "
            + all.size()
            + " moments, at most "
            + pending
            + " operations not synced, "
            + images
            + " images");
  }

  private static void require(Path repository, List<String> printed, boolean goOn) {
    Acknowledged acknowledged = new Acknowledged();
    boolean made = false;
    for (String line : printed) {
      if (line.startsWith("made the repository ")) {
        made = true;
      } else {
        acknowledged.note(line, true);
      }
    }
    try (Repository opened = Varve.open(repository)) {
      acknowledged.require(opened);
    } catch (NotFoundException notYet) {
      assertThat(made).as("%s", notYet.getMessage()).isFalse();
      Varve.create(repository, HashAlgorithm.SHA256).close();
    }
    if (goOn || !made) {
      try (Repository opened = Varve.open(repository)) {
        Stores.commit(opened, "after", "a/c/0", "after");
      }
      try (Repository opened = Varve.open(repository)) {
        acknowledged.require(opened);
        assertThat(opened.snapshot("after").get(dev.varve.tree.Key.of("a/c/0"))).isPresent();
      }
    }
  }

  @Test
  void onlyWhatWasSyncedIsLeftAndNothingAcknowledgedIsLost() throws Exception {
    init();
    work(1, Runs.count(6, 20), 60);
    assertThat(StoredBits.differences(repository())).isPositive();
    cutThePower(journal(), Runs.count(15, Integer.MAX_VALUE));
  }

  @Test
  void ofProcessesSideBySideNothingAcknowledgedIsLost() throws Exception {
    init();
    work(3, Runs.count(3, 10));
    assertThat(StoredBits.differences(repository())).isPositive();
    cutThePower(journal(), Runs.count(10, Integer.MAX_VALUE));
  }

  @Test
  void foldersLeftByADeadProcessAreMadeDurableByTheNext() throws Exception {
    try (Fork fork = traced(Remains.class, repository(), "repository")) {
      await(fork);
    }
    init();
    try (Fork fork = traced(Remains.class, repository(), "values")) {
      await(fork);
    }
    work(1, 2);
    cutThePower(journal(), Runs.count(10, Integer.MAX_VALUE));
  }

  @Test
  void storeThatDidNotSyncWouldBeFoundOut() throws Exception {
    init();
    work(1, 3);
    Journal careless = journal().withoutSyncs();
    assertThatThrownBy(() -> cutThePower(careless, 20)).isInstanceOf(AssertionError.class);
  }

  @Test
  void packThatWasNotSyncedWouldBeFoundOut() throws Exception {
    init();
    work(1, 4);
    Journal careless = journal().withoutSyncsOf("00000001.pack");
    assertThatThrownBy(() -> cutThePower(careless, 1_000)).isInstanceOf(AssertionError.class);
  }

  @Test
  void folderOfPacksThatWasNotSyncedWouldBeFoundOut() throws Exception {
    init();
    work(1, 2);
    Journal careless = journal().withoutSyncsOf("packs");
    assertThatThrownBy(() -> cutThePower(careless, 1_000)).isInstanceOf(AssertionError.class);
  }
}
