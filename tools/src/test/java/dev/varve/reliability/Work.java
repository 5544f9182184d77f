package dev.varve.reliability;

import dev.varve.Varve;
import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.testkit.Threads;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import dev.varve.zarr.DirectorySource;
import dev.varve.zarr.ImportOptions;
import dev.varve.zarr.Importer;
import dev.varve.zarr.TransferProgress;
import dev.varve.zarr.ZarrPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Works on a repository, in a process of its own or a thread, and tells what was acknowledged, a
 * line each, until it is killed or has made so many commits. One thread.
 *
 * <pre>
 * ready
 * commit BRANCH ID
 * ref NAME NUMBER TARGET|-
 * end
 * </pre>
 *
 * Most commits set eight keys below {@code stamp/} to one new value, so a state that is no commit's
 * shows, and raise the branch's {@code counter}, so a lost update does. These clash with those of
 * others and are begun again; the rest write keys that nobody else does, and are joined.
 */
final class Work {
  /** Keys that one commit sets to one value. */
  static final int STAMPS = 8;

  static final List<String> BRANCHES = List.of("main", "side");

  private final Repository repository;
  private final Path source;
  private final String who;
  private final Random random;
  private final Consumer<String> says;
  private int made;

  Work(Repository repository, Path source, String who, long seed, Consumer<String> says) {
    this.repository = repository;
    this.source = source;
    this.who = who;
    this.random = new Random(seed);
    this.says = says;
  }

  /**
   * Arguments: repository, directory to import, name, seed, threads, commits for each to make,
   * which may be many. A seventh makes each begin with an import.
   */
  public static void main(String[] arguments) throws InterruptedException {
    Path source = Path.of(arguments[1]);
    long seed = Long.parseLong(arguments[3]);
    int threads = Integer.parseInt(arguments[4]);
    int commits = Integer.parseInt(arguments[5]);
    try (Repository repository = Varve.open(Path.of(arguments[0]))) {
      System.out.println("ready");
      Threads.together(
          threads,
          index -> {
            String name = threads == 1 ? arguments[2] : arguments[2] + "-" + index;
            Work work = new Work(repository, source, name, seed + index, System.out::println);
            if (arguments.length > 6) {
              work.importInto("main");
            }
            work.make(commits);
            return null;
          });
      System.out.println("end");
    }
  }

  /** Works until so many commits were made. */
  void make(int commits) {
    while (made < commits) {
      step();
    }
  }

  private void step() {
    String branch = BRANCHES.get(random.nextInt(BRANCHES.size()));
    switch (random.nextInt(10)) {
      case 0 -> importInto(branch);
      case 1 -> merge(branch);
      case 2 -> branchOfOnesOwn();
      case 3, 4 -> disjoint(branch);
      default -> commit(branch);
    }
  }

  private void commit(String branch) {
    try (Transaction edits = repository.begin(branch)) {
      String value = value(counter(edits) + 1);
      edits.put(Key.of("counter"), Stores.bytes(value));
      for (int i = 0; i < STAMPS; i++) {
        edits.put(Key.of("stamp/c/" + i), Stores.bytes(value));
      }
      // Disjoint from what others write, and of some size.
      String own = "own/" + who + "/c/" + random.nextInt(50);
      // Sometimes so much that it goes to a pack.
      int times = random.nextInt(8) == 0 ? (1 << 20) / value.length() + 1 : random.nextInt(2000);
      edits.put(Key.of(own), Stores.bytes((value + " ").repeat(1 + times)));
      told(branch, edits.commit(CommitInfo.of("counter " + value)));
    }
  }

  /** Writes a key that nobody else does, and says in the message what was written. */
  private void disjoint(String branch) {
    try (Transaction edits = repository.begin(branch)) {
      String key = "own/" + who + "/c/" + random.nextInt(50);
      String value = Long.toHexString(random.nextLong());
      edits.put(Key.of(key), Stores.bytes((value + " ").repeat(1 + random.nextInt(500))));
      told(branch, edits.commit(CommitInfo.of("own " + key + " " + value)));
    }
  }

  private String value(long counter) {
    // Equal edits would agree with each other, so each says whose it is.
    return counter + " " + who + " " + random.nextLong();
  }

  /** How often the counter was raised up to a state. */
  static long counter(dev.varve.version.View view) {
    return view.get(Key.of("counter"))
        .map(bytes -> Long.parseLong(Stores.text(bytes).split(" ")[0]))
        .orElse(0L);
  }

  private void importInto(String branch) {
    try (Transaction edits = repository.begin(branch)) {
      ImportOptions options =
          new ImportOptions(
              ZarrPath.of("/in-" + who + "-" + random.nextInt(20)), ImportOptions.Rest.DELETE, 2);
      new Importer(HashAlgorithm.SHA256, options, TransferProgress.NONE)
          .run(new DirectorySource(source), edits);
      told(branch, edits.commit(CommitInfo.of("import")));
    }
  }

  /** Merges the branch into one of this process's own, where nothing can clash for long. */
  private void merge(String branch) {
    try {
      ContentHash theirs = repository.resolve(branch);
      told("own-" + who, repository.rewrites().merge("own-" + who, theirs, CommitInfo.of("merge")));
    } catch (NotFoundException | BackendException notNow) {
      // The branch is not there yet, or moved too often.
      return;
    }
  }

  private void branchOfOnesOwn() {
    RefName name = RefName.branch("made/" + who);
    Optional<Refs.Named> there = repository.refs().find(name);
    if (there.isPresent()) {
      if (repository.refs().delete(name, "deleted") instanceof Refs.RefEdit.Removed) {
        says.accept("ref " + name + " " + (there.get().record().number() + 1) + " -");
      }
      return;
    }
    for (Refs.Named any : repository.refs().list(RefName.Kind.HEADS)) {
      if (repository.refs().create(name, any.commit(), "made") instanceof Refs.RefEdit.Done done) {
        Refs.Named made = done.ref();
        says.accept("ref " + name + " " + made.record().number() + " " + made.commit());
      }
      return;
    }
  }

  private void told(String branch, CommitOutcome outcome) {
    if (outcome instanceof CommitOutcome.Committed done) {
      made++;
      says.accept("commit " + branch + " " + done.id());
    }
  }
}
