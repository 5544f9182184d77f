package dev.varve.version;

import static dev.varve.version.Repositories.bytes;
import static dev.varve.version.Repositories.commit;
import static dev.varve.version.Repositories.committed;
import static dev.varve.version.Repositories.contents;
import static dev.varve.version.Repositories.edit;
import static dev.varve.version.Repositories.map;
import static dev.varve.version.Repositories.memory;
import static dev.varve.version.Repositories.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TransactionTest {
  @Test
  void stagedEditsAreSeenByTheTransactionAlone() {
    Repository repository = memory();
    commit(repository, "main", "a/c/0", "one");
    try (Transaction tx = repository.begin("main")) {
      edit(tx, "a/c/0", "two", "a/c/1", "new", "a/zarr.json", "{}");
      assertThat(contents(tx)).isEqualTo(map("a/c/0", "two", "a/c/1", "new", "a/zarr.json", "{}"));
      assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a/c/0", "one"));
    }
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a/c/0", "one"));
  }

  @Test
  void aSnapshotStaysWhatItWasWhileTheBranchMoves() {
    Repository repository = memory();
    commit(repository, "main", "k", "1");
    Snapshot old = repository.snapshot("main");
    commit(repository, "main", "k", "2", "l", "3");
    assertThat(contents(old)).isEqualTo(map("k", "1"));
    assertThat(contents(repository.snapshot("main~1"))).isEqualTo(map("k", "1"));
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("k", "2", "l", "3"));
  }

  @Test
  void disjointEditsOfTwoWritersBothLand() {
    Repository repository = memory();
    commit(repository, "main", "a/c/0", "0", "a/c/1", "0");
    try (Transaction one = repository.begin("main");
        Transaction two = repository.begin("main")) {
      edit(one, "a/c/0", "one");
      edit(two, "a/c/1", "two", "a/c/2", "new");
      committed(one.commit(CommitInfo.of("one")));
      CommitOutcome.Committed done = committed(two.commit(CommitInfo.of("two")));
      assertThat(done.changes()).isEqualTo(new Changes(1, 1, 0));
    }
    assertThat(contents(repository.snapshot("main")))
        .isEqualTo(map("a/c/0", "one", "a/c/1", "two", "a/c/2", "new"));
  }

  @Test
  void theSameKeyEditedDifferentlyIsAConflictThatChangesNothing() {
    Repository repository = memory();
    commit(repository, "main", "a/c/0", "0");
    ContentHash head;
    try (Transaction one = repository.begin("main");
        Transaction two = repository.begin("main")) {
      edit(one, "a/c/0", "one");
      edit(two, "a/c/0", "two", "a/c/9", "kept back");
      head = committed(one.commit(CommitInfo.of("one"))).id();
      CommitOutcome outcome = two.commit(CommitInfo.of("two"));
      assertThat(outcome).isInstanceOf(CommitOutcome.Conflicted.class);
      CommitOutcome.Conflicted conflicted = (CommitOutcome.Conflicted) outcome;
      assertThat(conflicted.conflicts())
          .extracting(c -> c.key().toString())
          .containsExactly("a/c/0");
      assertThat(conflicted.head()).contains(head);
    }
    assertThat(repository.resolve("main")).isEqualTo(head);
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a/c/0", "one"));
  }

  @Test
  void theSameEditMadeTwiceIsUnchanged() {
    Repository repository = memory();
    commit(repository, "main", "k", "0");
    try (Transaction one = repository.begin("main");
        Transaction two = repository.begin("main")) {
      edit(one, "k", "same");
      edit(two, "k", "same");
      committed(one.commit(CommitInfo.of("one")));
      assertThat(two.commit(CommitInfo.of("two"))).isInstanceOf(CommitOutcome.Unchanged.class);
    }
    assertThat(commit(repository, "main", "k", "same")).isInstanceOf(CommitOutcome.Unchanged.class);
  }

  @Test
  void aWriterWhoseBranchWasDeletedIsRefused() {
    Repository repository = memory();
    commit(repository, "main", "k", "0");
    try (Transaction tx = repository.begin("main")) {
      edit(tx, "k", "1");
      repository.refs().delete(RefName.branch("main"), "test");
      assertThatThrownBy(() -> tx.commit(CommitInfo.of("late")))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("deleted");
    }
  }

  @Test
  void aBranchIsMadeFromTheBaseThatIsNamed() {
    Repository repository = memory();
    ContentHash first = committed(commit(repository, "main", "k", "0")).id();
    commit(repository, "main", "k", "1");
    try (Transaction tx = repository.begin("other", first)) {
      edit(tx, "l", "2");
      assertThat(committed(tx.commit(CommitInfo.of("branch"))).commit().parents())
          .containsExactly(first);
    }
    assertThat(contents(repository.snapshot("other"))).isEqualTo(map("k", "0", "l", "2"));
    try (Transaction tx = repository.begin("third", first)) {
      assertThat(tx.commit(CommitInfo.of("nothing"))).isInstanceOf(CommitOutcome.Unchanged.class);
    }
    assertThat(repository.resolve("third")).isEqualTo(first);
  }

  @Test
  void anOlderBaseIsRefusedWhereTheHeadChangedTheSameKey() {
    Repository repository = memory();
    ContentHash first = committed(commit(repository, "main", "k", "0", "l", "0")).id();
    commit(repository, "main", "k", "1");
    try (Transaction tx = repository.begin("main", first)) {
      edit(tx, "k", "mine");
      assertThat(tx.commit(CommitInfo.of("late"))).isInstanceOf(CommitOutcome.Conflicted.class);
    }
    try (Transaction tx = repository.begin("main", first)) {
      edit(tx, "l", "mine");
      committed(tx.commit(CommitInfo.of("fine")));
    }
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("k", "1", "l", "mine"));
  }

  @Test
  void workersStageAndTheDriverJoinsTheirManifests() {
    Repository repository = memory();
    commit(repository, "main", "a/c/0", "0", "a/zarr.json", "{}");
    Manifest one;
    Manifest two;
    try (Transaction worker = repository.begin("main")) {
      edit(worker, "a/c/1", "1");
      one = worker.stage();
    }
    try (Transaction worker = repository.begin("main")) {
      edit(worker, "a/c/2", "2", "a/c/0", "-");
      two = worker.stage();
    }
    try (Transaction driver = repository.begin("main")) {
      assertThat(driver.apply(one)).isEmpty();
      assertThat(driver.apply(two)).isEmpty();
      committed(driver.commit(CommitInfo.of("joined")));
    }
    assertThat(contents(repository.snapshot("main")))
        .isEqualTo(map("a/c/1", "1", "a/c/2", "2", "a/zarr.json", "{}"));
    try (Transaction worker = repository.begin("main");
        Transaction driver = repository.begin("main")) {
      edit(worker, "a/c/1", "clash");
      edit(driver, "a/c/1", "other");
      assertThat(driver.apply(worker.stage())).hasSize(1);
    }
  }

  @Test
  void aWorkersManifestWhoseValueIsNotStoredIsRefused() {
    dev.varve.memory.MemoryBackend backend = new dev.varve.memory.MemoryBackend();
    Repository repository =
        Repository.create(
            backend,
            RepositoryConfig.of(dev.varve.hash.HashAlgorithm.SHA256),
            Repositories.ticking(),
            ConflictRule.SAME_KEY_ONLY);
    commit(repository, "main", "a/c/0", "0");
    Manifest staged;
    try (Transaction worker = repository.begin("main")) {
      edit(worker, "a/c/1", "lost");
      staged = worker.stage();
    }
    backend.contents().remove(repository.config().hash().hash(bytes("lost")));
    try (Transaction driver = repository.begin("main")) {
      assertThatThrownBy(() -> driver.apply(staged)).isInstanceOf(MissingBlobException.class);
    }
  }

  @Test
  void editsBeyondMemorySpillAndGiveTheSameRoot() {
    Repository repository = memory();
    Random random = new Random(5);
    int count = Overlay.MAX_EDITS * 2 + 17;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    ContentHash straight = null;
    for (String branch : List.of("straight", "shuffled")) {
      try (Transaction tx = repository.begin(branch)) {
        for (int i : order) {
          tx.put(Key.of("a/c/" + i), ByteBuffer.allocate(4).putInt(0, i % 100 + 1));
        }
        CommitOutcome.Committed done = committed(tx.commit(CommitInfo.of("many")));
        ContentHash root = done.commit().manifest().chunks();
        assertThat(done.changes().added()).isEqualTo(count);
        straight = straight == null ? root : straight;
        assertThat(root).isEqualTo(straight);
      }
      java.util.Collections.shuffle(order, random);
    }
  }

  @Test
  void valuesAreKeptByKindAndLength() {
    Repository repository = memory();
    try (Transaction tx = repository.begin("main")) {
      tx.put(Key.of("a/zarr.json"), bytes("{ }"));
      tx.put(Key.of("b/zarr.json"), ByteBuffer.allocate(Entry.Inline.MAX_BYTES + 1));
      tx.put(Key.of("c/.zattrs"), ByteBuffer.allocate(0));
      tx.put(Key.of("a/c/0"), bytes("{ }"));
      tx.put(Key.of("a/c/1"), ByteBuffer.allocate(0));
      assertThat(tx.entry(Key.of("a/zarr.json"))).containsInstanceOf(Entry.Inline.class);
      assertThat(tx.entry(Key.of("b/zarr.json"))).containsInstanceOf(Entry.Blob.class);
      assertThat(tx.entry(Key.of("c/.zattrs"))).contains(Entry.EMPTY);
      assertThat(tx.entry(Key.of("a/c/0"))).containsInstanceOf(Entry.Blob.class);
      assertThat(tx.entry(Key.of("a/c/1"))).contains(Entry.EMPTY);
      committed(tx.commit(CommitInfo.of("kinds")));
    }
    assertThat(text(repository.snapshot("main"), "a/c/0")).isEqualTo("{ }");
    assertThat(text(repository.snapshot("main"), "a/c/1")).isEmpty();
  }

  @Test
  void aLargeSourceIsStreamedAndProved() {
    Repository repository = memory();
    byte[] large = new byte[dev.varve.blob.Blobs.MAX_WHOLE + 5];
    new Random(1).nextBytes(large);
    int[] opened = {0};
    ValueSource changing =
        new ValueSource() {
          @Override
          public long length() {
            return large.length;
          }

          @Override
          public InputStream open() {
            if (opened[0]++ > 0) {
              large[7]++;
            }
            return new ByteArrayInputStream(large);
          }

          @Override
          public String label() {
            return "changing";
          }
        };
    try (Transaction tx = repository.begin("main")) {
      assertThatThrownBy(() -> tx.put(Key.of("a/c/0"), changing))
          .hasMessageContaining("changed while it was read");
      assertThatThrownBy(() -> tx.put(Key.of("a/c/1"), bytes("more")))
          .isInstanceOf(BackendException.class);
    }
    try (Transaction tx = repository.begin("main")) {
      tx.put(Key.of("a/c/0"), ValueSource.of(ByteBuffer.wrap(large)));
      assertThat(tx.hashOf(tx.entry(Key.of("a/c/0")).orElseThrow()))
          .isEqualTo(repository.config().hash().hash(large));
    }
  }

  @Test
  void manyThreadsLoseNoCommit() throws Exception {
    Repository repository = memory();
    int threads = 6;
    int each = 40;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      running.add(
          pool.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  committed(commit(repository, "main", "a/c/" + thread + "/" + i, "v" + i));
                }
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    pool.shutdown();
    assertThat(repository.snapshot("main").totals("").keys()).isEqualTo((long) threads * each);
    long commits = 0;
    for (var all = repository.history(List.of(repository.resolve("main")));
        all.hasNext();
        all.next()) {
      commits++;
    }
    assertThat(commits).isEqualTo((long) threads * each);
  }
}
