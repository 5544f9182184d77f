package dev.varve.reliability;

import dev.varve.blob.ValueSource;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.util.function.Consumer;

/**
 * What is done to the repository of {@link #prepare} while its backend fails. Each does its work
 * anew when it is run again.
 */
enum Flow {
  PUT(
      repository -> {
        try (Transaction edits = repository.begin("main")) {
          edits.put(Key.of("a/c/9"), Stores.bytes("new"));
          edits.put(Key.of("a/c/10"), ValueSource.of(Stores.bytes("source")));
          edits.delete(Key.of("a/c/1"));
          edits.deleteDirectory("b");
          edits.get(Key.of("a/c/9"));
        }
      },
      false),
  FLUSH(
      repository -> {
        try (Transaction edits = repository.begin("main")) {
          Stores.edit(edits, "a/c/9", "new", "a/zarr.json", "{}");
          edits.stage();
        }
      },
      false),
  COMMIT(repository -> Stores.commit(repository, "main", "a/c/0", "new", "b/c/0", "-")),
  DELETE_A_DIRECTORY(
      repository -> {
        try (Transaction edits = repository.begin("main")) {
          edits.deleteDirectory("a");
          edits.commit(CommitInfo.of("delete"));
        }
      }),
  FIRST_COMMIT(repository -> Stores.commit(repository, "fresh", "x/c/0", "new")),
  BRANCH_BY_COMMIT(
      repository -> {
        try (Transaction edits = repository.begin("fresh", repository.resolve("main~1"))) {
          edits.put(Key.of("x"), Stores.bytes("new"));
          edits.commit(CommitInfo.of("edit"));
        }
      }),
  COMMIT_BY_A_WORKER(
      repository -> {
        try (Transaction worker = repository.begin("main");
            Transaction driver = repository.begin("main")) {
          Stores.edit(worker, "w/c/0", "worker");
          Stores.edit(driver, "d/c/0", "driver");
          driver.apply(worker.stage());
          driver.commit(CommitInfo.of("both"));
        }
      }),
  COMMIT_ONTO_A_NEWER_HEAD(
      repository -> {
        try (Transaction edits = repository.begin("main", repository.resolve("main~1"))) {
          Stores.edit(edits, "r/c/0", "rebased");
          edits.commit(CommitInfo.of("rebased"));
        }
      }),
  MERGE(repository -> repository.rewrites().merge("main", repository.resolve("side"), info())),
  MERGE_FORWARD(
      repository -> repository.rewrites().merge("old", repository.resolve("main"), info())),
  MERGE_INTO_A_NEW_BRANCH(
      repository -> repository.rewrites().merge("fresh", repository.resolve("main"), info())),
  REVERT(repository -> repository.rewrites().revert("main", repository.resolve("main~1"), info())),
  CHERRY_PICK(
      repository -> repository.rewrites().cherryPick("main", repository.resolve("side"), info())),
  SQUASH(
      repository -> {
        ContentHash head = repository.resolve("main");
        repository.rewrites().squash("main", repository.resolve("main~2"), head, info());
      }),
  BRANCH(
      repository ->
          repository.refs().create(RefName.branch("fresh"), repository.resolve("main~1"), "made")),
  TAG(
      repository ->
          repository.refs().create(RefName.tag("v2"), repository.resolve("main"), "made")),
  BRANCH_MOVED(
      repository ->
          repository.refs().move(RefName.branch("main"), repository.resolve("side"), "moved")),
  BRANCH_DELETED(repository -> repository.refs().delete(RefName.branch("side"), "deleted")),
  READ(
      repository -> {
        Stores.states(repository);
        repository.snapshot("main").list("a").forEachRemaining(each -> {});
        repository.refs().log(RefName.branch("main")).forEachRemaining(each -> {});
      },
      false),
  VERIFY(Stores::requireClean, false);

  // The functions above hold nothing.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Consumer<Repository> work;

  private final boolean writes;

  Flow(Consumer<Repository> work) {
    this(work, true);
  }

  Flow(Consumer<Repository> work, boolean writes) {
    this.work = work;
    this.writes = writes;
  }

  private static CommitInfo info() {
    return CommitInfo.of("rewritten");
  }

  void run(Repository repository) {
    work.accept(repository);
  }

  /** Whether it moves a ref, once. */
  boolean writes() {
    return writes;
  }

  /** Three commits on main, one of them on old, a side branch and a tag; trees of several nodes. */
  static void prepare(Repository repository) {
    ContentHash first =
        Stores.commit(repository, "main", "a/zarr.json", "{\"a\": 1}", "a/c/0", "a0", "a/c/1", "a1")
            .id();
    try (Transaction edits = repository.begin("main")) {
      for (int i = 0; i < 50; i++) {
        edits.put(Key.of("b/c/" + i + "/" + "0".repeat(90)), Stores.bytes("b" + i));
      }
      edits.put(Key.of("b/c/0"), Stores.bytes("b"));
      edits.commit(CommitInfo.of("many"));
    }
    Stores.commit(repository, "main", "a/c/2", "a2");
    repository.refs().create(RefName.branch("old"), first, "made");
    repository.refs().create(RefName.branch("side"), first, "made");
    repository.refs().create(RefName.tag("v1"), first, "made");
    Stores.commit(repository, "side", "s/c/0", "s", "a/c/1", "-");
  }
}
