package dev.varve.reliability;

import static dev.varve.testkit.CountingBackend.Count.ASKED;
import static dev.varve.testkit.CountingBackend.Count.CONFIG;
import static dev.varve.testkit.CountingBackend.Count.EPOCHS;
import static dev.varve.testkit.CountingBackend.Count.FLUSHED;
import static dev.varve.testkit.CountingBackend.Count.LISTED;
import static dev.varve.testkit.CountingBackend.Count.OPENED;
import static dev.varve.testkit.CountingBackend.Count.PUT;
import static dev.varve.testkit.CountingBackend.Count.PUT_BYTES;
import static dev.varve.testkit.CountingBackend.Count.REFS_LISTED;
import static dev.varve.testkit.CountingBackend.Count.REFS_READ;
import static dev.varve.testkit.CountingBackend.Count.REFS_WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.sync.RefSelection;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncProgress;
import dev.varve.sync.SyncReport;
import dev.varve.sync.SyncSettings;
import dev.varve.testkit.CountingBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a copy asks of a backend that is far away, counted. */
class SyncCostTest {
  private static final int VALUE = 1000;

  private final MemoryBackend local = new MemoryBackend();
  private final MemoryBackend bucket = new MemoryBackend();
  private final CountingBackend far = new CountingBackend(bucket);
  private final Repository here = Stores.create(local, 1);
  private Repository there = Stores.create(far, 2);

  /** One value of {@link #VALUE} bytes a key; equal numbers are equal values. */
  private static ContentHash append(Repository repository, int first, int last) {
    try (Transaction edits = repository.begin("main")) {
      for (int i = first; i < last; i++) {
        edits.put(
            Key.of(String.format("air/c/%07d", i)),
            ByteBuffer.allocate(VALUE).putInt(0, i).putLong(8, 0x9E3779B97F4A7C15L * i));
      }
      return ((CommitOutcome.Committed) edits.commit(CommitInfo.of("append"))).id();
    }
  }

  private SyncReport push() {
    // As another process would: nothing is remembered.
    there = Stores.open(far, 3);
    far.reset();
    return new Sync(here, there, SyncProgress.NONE).run();
  }

  private SyncReport pull() {
    there = Stores.open(far, 3);
    far.reset();
    return new Sync(
            there,
            here,
            RefSelection.everything(),
            SyncSettings.standard(SyncSettings.Near.RECEIVER),
            SyncProgress.NONE)
        .run();
  }

  /** Opening reads the configuration once more: three requests in all, the record being two. */
  @Test
  void aPushOfNothingReadsOneRef() {
    append(here, 0, 5000);
    push();
    assertThat(push().moves()).isEmpty();
    assertThat(far.get(REFS_READ)).isEqualTo(1);
    assertThat(
            far.sum(CONFIG, OPENED, ASKED, LISTED, PUT, FLUSHED, REFS_LISTED, REFS_WRITTEN, EPOCHS))
        .isZero();
  }

  @Test
  void aFirstPushSendsEachObjectOnceAndAsksForNone() {
    append(here, 0, 5000);
    append(here, 5000, 5100);
    push();
    assertThat(bucket.contents()).isEqualTo(local.contents());
    assertThat(far.get(PUT)).isEqualTo(local.contents().size());
    assertThat(far.sum(ASKED, OPENED, LISTED)).isZero();
    assertThat(far.get(REFS_WRITTEN)).isEqualTo(1);
  }

  /** Of one step a value, its leaf, what is above, and the commit, whatever lies there already. */
  @Test
  void aPushOfAStepCostsTheStep() {
    long[] bytes = new long[2];
    int[] sizes = {500, 20_000};
    for (int i = 0; i < sizes.length; i++) {
      int size = sizes[i];
      append(here, i == 0 ? 0 : sizes[i - 1] + 1, size);
      push();
      Set<ContentHash> before = new TreeSet<>(bucket.contents().keySet());
      append(here, size, size + 1);
      SyncReport report = push();
      Set<ContentHash> added = new TreeSet<>(bucket.contents().keySet());
      added.removeAll(before);
      assertThat(far.get(PUT)).isEqualTo(added.size()).isEqualTo(report.objects());
      assertThat(added.size()).isLessThanOrEqualTo(6);
      assertThat(far.get(ASKED)).isLessThanOrEqualTo(added.size() + 2);
      assertThat(far.sum(OPENED, LISTED, REFS_LISTED, EPOCHS)).isZero();
      assertThat(far.sum(REFS_READ, REFS_WRITTEN)).isEqualTo(2);
      bytes[i] = far.get(PUT_BYTES);
      assertThat(bytes[i]).isEqualTo(report.bytes()).isLessThan(VALUE + 5 * 40_000);
    }
    // Forty times the keys: the path is a level longer, and its nodes are full.
    assertThat(bytes[1]).isLessThan(8 * bytes[0]);
  }

  /** One value, one leaf and what is above, the commit; the refs are listed, two kinds of them. */
  @Test
  void aPullOfAStepReadsTheStep() {
    append(here, 0, 20_000);
    push();
    append(there, 20_000, 20_001);
    SyncReport report = pull();
    assertThat(report.moves()).hasSize(1);
    assertThat(far.get(OPENED)).isEqualTo(report.objects() + report.reused() + 1);
    assertThat(far.get(REFS_LISTED)).isEqualTo(2);
    assertThat(far.sum(PUT, REFS_WRITTEN, REFS_READ)).isZero();
    assertThat(far.get(ASKED)).isLessThanOrEqualTo(1);
    assertThat(pull().moves()).isEmpty();
    assertThat(far.sum(OPENED, ASKED)).isZero();
  }

  /** A clone reads every object once, nodes and commits also, though it must look into them. */
  @Test
  void aCloneReadsEachObjectOnce() {
    append(here, 0, 5000);
    append(here, 5000, 5100);
    push();
    MemoryBackend copy = new MemoryBackend();
    Repository other = Stores.create(copy, 9);
    there = Stores.open(far, 3);
    far.reset();
    new Sync(
            there,
            other,
            RefSelection.everything(),
            SyncSettings.standard(SyncSettings.Near.RECEIVER),
            SyncProgress.NONE)
        .run();
    assertThat(copy.contents()).isEqualTo(bucket.contents());
    // The commits are read twice: to look at history, and to be sent.
    assertThat(far.get(OPENED)).isLessThanOrEqualTo(bucket.contents().size() + 2L);
  }

  /** History is looked at, each commit is walked, and sent; more than are remembered at once. */
  @Test
  void aCloneOfALongHistoryReadsEachCommitThreeTimesAtMost() {
    int commits = 4500;
    for (int i = 0; i < commits; i++) {
      try (Transaction edits = there.begin("main")) {
        edits.put(Key.of("a"), ByteBuffer.allocate(4).putInt(0, i));
        edits.commit(CommitInfo.of("c"));
      }
    }
    there = Stores.open(far, 3);
    far.reset();
    Repository other = Stores.create(new MemoryBackend(), 9);
    SyncReport report =
        new Sync(
                there,
                other,
                RefSelection.everything(),
                SyncSettings.standard(SyncSettings.Near.RECEIVER),
                SyncProgress.NONE)
            .run();
    assertThat(report.commits()).isEqualTo(commits);
    long others = report.objects() - commits;
    assertThat(far.get(OPENED)).isLessThanOrEqualTo(others + 3L * commits);
  }

  @Test
  void aNewBranchOfWhatIsThereSendsNothingButItsRef() {
    append(here, 0, 5000);
    push();
    here.refs().create(RefName.branch("side"), here.resolve("main"), "test");
    SyncReport report = push();
    assertThat(report.moves()).hasSize(1);
    assertThat(far.sum(PUT, ASKED, OPENED, LISTED)).isZero();
  }
}
