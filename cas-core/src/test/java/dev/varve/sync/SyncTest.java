package dev.varve.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyncTest {
  private final MemoryBackend left = new MemoryBackend();
  private final MemoryBackend right = new MemoryBackend();
  private final Repository from = create(left, HashAlgorithm.SHA256);
  private final Repository to = create(right, HashAlgorithm.SHA256);

  private static Repository create(MemoryBackend backend, HashAlgorithm hash) {
    return Repository.create(
        backend, RepositoryConfig.of(hash), Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  private static ContentHash commit(Repository repository, String branch, int first, int last) {
    try (Transaction edits = repository.begin(branch)) {
      for (int i = first; i < last; i++) {
        edits.put(
            Key.of(String.format("air/c/%06d", i)),
            ByteBuffer.allocate(16).putInt(0, i).putInt(4, first));
      }
      return ((CommitOutcome.Committed) edits.commit(CommitInfo.of(first + ".." + last))).id();
    }
  }

  private SyncReport push() {
    return new Sync(from, to, (objects, bytes) -> {}).run();
  }

  private static boolean clean(Repository repository) {
    return new RepositoryCheck(repository, 1, finding -> {}).run(CheckScope.EVERYTHING).clean();
  }

  @Test
  void everythingArrivesAndIsWhole() {
    commit(from, "main", 0, 2000);
    ContentHash tagged = commit(from, "main", 500, 510);
    from.refs().create(RefName.tag("v1"), tagged, "test");
    from.refs().create(RefName.branch("side"), tagged, "test");
    commit(from, "side", 7000, 7010);
    SyncReport preview = new Sync(from, to, (objects, bytes) -> {}).preview();
    assertThat(to.refs().list(RefName.Kind.HEADS)).isEmpty();
    SyncReport report = push();
    assertThat(report.commits()).isEqualTo(3);
    assertThat(report.objects()).isEqualTo(preview.objects()).isEqualTo(right.contents().size());
    assertThat(report.bytes()).isEqualTo(preview.bytes());
    assertThat(right.contents()).isEqualTo(left.contents());
    for (String revision : new String[] {"main", "side", "v1"}) {
      assertThat(to.resolve(revision)).isEqualTo(from.resolve(revision));
    }
    assertThat(clean(to)).isTrue();
  }

  @Test
  void aSecondPushSendsWhatIsNewAlone() {
    commit(from, "main", 0, 3000);
    push();
    assertThat(push().objects()).isZero();
    commit(from, "main", 3000, 3001);
    SyncReport report = push();
    assertThat(report.commits()).isEqualTo(1);
    // The value, one leaf, the root above it, the commit.
    assertThat(report.objects()).isLessThanOrEqualTo(5);
    assertThat(report.reused()).isLessThan(10);
    assertThat(clean(to)).isTrue();
  }

  @Test
  void aBranchThatDivergedIsRefusedAndNothingMoves() {
    commit(from, "main", 0, 10);
    push();
    ContentHash theirs = commit(to, "main", 10, 11);
    commit(from, "main", 20, 21);
    from.refs().create(RefName.branch("other"), from.resolve("main"), "test");
    SyncReport report = push();
    assertThat(report.diverged()).extracting(m -> m.name().name()).containsExactly("main");
    assertThat(to.resolve("main")).isEqualTo(theirs);
    assertThat(to.refs().find(RefName.branch("other"))).isEmpty();
  }

  @Test
  void aTagIsNeverMoved() {
    ContentHash one = commit(from, "main", 0, 1);
    ContentHash two = commit(from, "main", 1, 2);
    from.refs().create(RefName.tag("v1"), one, "test");
    push();
    to.refs().delete(RefName.tag("v1"), "test");
    to.refs().create(RefName.tag("v1"), two, "test");
    assertThat(push().diverged()).extracting(m -> m.name().name()).containsExactly("v1");
  }

  /** A node that lies there, left by a copy that was stopped, says nothing about its children. */
  @Test
  void nothingIsSkippedBecauseItsNodeIsThere() {
    ContentHash head = commit(from, "main", 0, 3000);
    ContentHash root = from.commit(head).manifest().chunks();
    right.contents().put(root, left.contents().get(root));
    right.contents().put(head, left.contents().get(head));
    push();
    assertThat(clean(to)).isTrue();
  }

  /** What cannot be read at the receiver vouches for nothing, and stops nothing. */
  @Test
  void aReceiverWithALostNodeStillGetsWhatIsNew() {
    ContentHash old = commit(from, "main", 0, 3000);
    push();
    right.contents().remove(from.commit(old).manifest().chunks());
    ContentHash head = commit(from, "main", 3000, 3010);
    Repository opened = Repository.open(right, Environment.system(), ConflictRule.SAME_KEY_ONLY);
    new Sync(
            from,
            opened,
            RefSelection.everything(),
            SyncSettings.standard(SyncSettings.Near.RECEIVER),
            SyncProgress.NONE)
        .run();
    assertThat(opened.resolve("main")).isEqualTo(head);
    assertThat(opened.snapshot(head).totals("").keys()).isEqualTo(3010);
  }

  @Test
  void damageIsNotCopied() {
    ContentHash head = commit(from, "main", 0, 10);
    ContentHash value =
        from.snapshot(head).hashOf(from.snapshot(head).entry(Key.of("air/c/000003")).orElseThrow());
    left.contents().put(value, ByteBuffer.allocate(16));
    assertThatThrownBy(this::push).isInstanceOf(CorruptDataException.class);
    assertThat(to.refs().list(RefName.Kind.HEADS)).isEmpty();
    assertThat(right.contents()).doesNotContainKey(value);
  }

  @Test
  void largeValuesAreStreamed() {
    try (Transaction edits = from.begin("main")) {
      edits.put(Key.of("big/c/0"), ByteBuffer.allocate(Blobs.MAX_WHOLE + 3));
      edits.commit(CommitInfo.of("big"));
    }
    push();
    assertThat(to.snapshot("main").totals("").bytes()).isEqualTo(Blobs.MAX_WHOLE + 3L);
    assertThat(clean(to)).isTrue();
  }

  private SyncReport copy(RefSelection selection) {
    return new Sync(
            from,
            to,
            selection,
            SyncSettings.standard(SyncSettings.Near.RECEIVER),
            SyncProgress.NONE)
        .run();
  }

  @Test
  void aBranchAloneBringsNothingThatItDoesNotReach() {
    commit(from, "main", 0, 10);
    from.refs().create(RefName.branch("side"), from.resolve("main"), "test");
    commit(from, "side", 20, 30);
    from.refs().create(RefName.tag("v1"), from.resolve("side"), "test");
    copy(RefSelection.named(from, "main").orElseThrow());
    assertThat(to.resolve("main")).isEqualTo(from.resolve("main"));
    assertThat(to.refs().list(RefName.Kind.HEADS)).hasSize(1);
    assertThat(to.refs().list(RefName.Kind.TAGS)).isEmpty();
    assertThat(right.contents()).doesNotContainKey(from.resolve("side"));
    copy(RefSelection.tags());
    assertThat(to.resolve("v1")).isEqualTo(from.resolve("side"));
    assertThat(to.refs().list(RefName.Kind.HEADS)).hasSize(1);
    assertThat(clean(to)).isTrue();
  }

  @Test
  void aRevisionArrivesAsTheBranchThatIsNamed() {
    commit(from, "main", 0, 10);
    ContentHash first = from.resolve("main");
    commit(from, "main", 10, 20);
    copy(RefSelection.revision("main~1", "archive"));
    assertThat(to.resolve("archive")).isEqualTo(first);
    copy(RefSelection.revision("main", "archive"));
    assertThat(to.resolve("archive")).isEqualTo(from.resolve("main"));
    assertThat(copy(RefSelection.revision("main~1", "archive")).diverged()).hasSize(1);
  }

  @Test
  void fetchedBranchesFollowTheirOriginWhereverItGoes() {
    ContentHash one = commit(from, "main", 0, 10);
    ContentHash ours = commit(to, "main", 90, 95);
    RefSelection fetch = RefSelection.everything().fetchedAs("origin");
    copy(fetch);
    assertThat(to.resolve("origin/main")).isEqualTo(one);
    assertThat(to.resolve("main")).isEqualTo(ours);
    from.refs().delete(RefName.branch("main"), "test");
    ContentHash other = commit(from, "main", 50, 60);
    SyncReport report = copy(fetch);
    assertThat(report.diverged()).isEmpty();
    assertThat(to.resolve("origin/main")).isEqualTo(other);
    assertThat(to.resolve("origin/main~0")).isEqualTo(other);
    assertThat(clean(to)).isTrue();
    // What was fetched is not this repository's own and does not go on from here.
    Repository third = create(new MemoryBackend(), HashAlgorithm.SHA256);
    new Sync(to, third, SyncProgress.NONE).run();
    assertThat(third.refs().list(RefName.Kind.PINS)).isEmpty();
    assertThat(third.refs().list(RefName.Kind.HEADS)).hasSize(1);
  }

  /** The receiver is ahead: what it has of our history is told by its refs, not asked for. */
  @Test
  void whatARefOfTheReceiverReachesIsNotLookedAtEvenIfTheSenderLacksThatRef() {
    ContentHash shared = commit(from, "main", 0, 2000);
    push();
    commit(to, "main", 2000, 2010);
    from.refs().create(RefName.branch("old"), shared, "test");
    SyncReport report = copy(RefSelection.named(from, "old").orElseThrow());
    assertThat(report.commits()).isZero();
    assertThat(report.objects() + report.reused()).isZero();
    assertThat(to.resolve("old")).isEqualTo(shared);
  }

  @Test
  void mergesBringBothSides() {
    commit(from, "main", 0, 500);
    from.refs().create(RefName.branch("side"), from.resolve("main"), "test");
    commit(from, "side", 600, 700);
    commit(from, "main", 700, 800);
    from.rewrites().merge("main", from.resolve("side"), CommitInfo.of("merge"));
    copy(RefSelection.named(from, "main").orElseThrow());
    assertThat(to.resolve("main")).isEqualTo(from.resolve("main"));
    assertThat(clean(to)).isTrue();
  }

  @Test
  void aLongHistoryArrivesWhole() {
    for (int i = 0; i < 60; i++) {
      commit(from, "main", i * 40, i * 40 + 45);
    }
    SyncReport report = copy(RefSelection.everything());
    assertThat(report.commits()).isEqualTo(60);
    assertThat(right.contents()).isEqualTo(left.contents());
    assertThat(clean(to)).isTrue();
  }

  @Test
  void whatIsStoredAlreadyIsLearnedByListingWhereMuchIsToBeSent() {
    commit(from, "main", 0, 3000);
    // As a copy leaves it that was stopped: half of all objects, and no ref.
    left.contents().entrySet().stream()
        .filter(each -> each.getKey().w0() < 0)
        .forEach(each -> right.contents().put(each.getKey(), each.getValue()));
    int before = right.contents().size();
    SyncReport report = copy(RefSelection.everything());
    assertThat(report.asked()).isZero();
    assertThat(report.listed()).isEqualTo(before);
    assertThat(report.reused()).isEqualTo(before);
    assertThat(report.objects()).isEqualTo(left.contents().size() - before);
    assertThat(clean(to)).isTrue();
  }

  @Test
  void aReceiverThatHoldsFarMoreThanIsSentIsAskedByName() {
    commit(to, "other", 100_000, 108_000);
    commit(from, "main", 0, 2000);
    SyncReport report = copy(RefSelection.everything());
    assertThat(report.asked()).isGreaterThanOrEqualTo(2000);
    assertThat(clean(to)).isTrue();
  }

  @Test
  void progressTellsEverythingAndHowMuchIsExpected() {
    commit(from, "main", 0, 3000);
    List<SyncState> states = new ArrayList<>();
    SyncProgress progress =
        new SyncProgress() {
          @Override
          public void sent(long objects, long bytes) {
            throw new AssertionError("at() tells it all");
          }

          @Override
          public void at(SyncState state) {
            states.add(state);
          }
        };
    SyncReport report = new Sync(from, to, progress).run();
    SyncState last = states.get(states.size() - 1);
    assertThat(last.objects()).isEqualTo(report.objects());
    assertThat(last.bytes()).isEqualTo(report.bytes());
    assertThat(last.share()).isEqualTo(1);
    assertThat(last.expectedBytes()).isBetween(3000L * 16, last.bytes());
    assertThat(states).extracting(SyncState::share).isSorted();
  }

  private PathCopy pathCopy(String revision) {
    return new PathCopy(
        from,
        to,
        from.resolve(revision),
        "air",
        "main",
        SyncSettings.standard(SyncSettings.Near.SENDER),
        SyncProgress.NONE);
  }

  @Test
  void aPathArrivesAsACommitOfItsOwnThatNamesItsSource() {
    commit(from, "main", 0, 2000);
    try (Transaction edits = from.begin("main")) {
      edits.put(Key.of("zarr.json"), ByteBuffer.wrap(new byte[] {1}));
      edits.put(Key.of("air/zarr.json"), ByteBuffer.wrap(new byte[] {2}));
      edits.put(Key.of("airport/c/0"), ByteBuffer.wrap(new byte[] {3}));
      edits.commit(CommitInfo.of("more"));
    }
    ContentHash source = from.resolve("main");
    SyncReport report = pathCopy("main").run();
    assertThat(report.commits()).isEqualTo(1);
    assertThat(to.snapshot("main").totals("").keys()).isEqualTo(2001);
    assertThat(to.contentHash(to.snapshot("main"), "air"))
        .isEqualTo(from.contentHash(from.snapshot("main"), "air"));
    assertThat(to.commit(to.resolve("main")).attributes())
        .containsEntry(PathCopy.SOURCE, source.toString())
        .containsEntry(PathCopy.PATH, "air");
    assertThat(clean(to)).isTrue();
    assertThat(pathCopy("main").run().moves()).isEmpty();

    commit(from, "main", 2000, 2001);
    ContentHash first = to.resolve("main");
    SyncReport second = pathCopy("main").run();
    assertThat(to.commit(to.resolve("main")).parents()).containsExactly(first);
    assertThat(second.objects()).isLessThan(6);
    assertThat(to.snapshot("main").totals("").keys()).isEqualTo(2002);
    assertThat(clean(to)).isTrue();
    assertThat(pathCopy("main~1").run().diverged()).hasSize(1);
  }

  @Test
  void aPathIsNotPutOnABranchWithContentOfItsOwn() {
    commit(from, "main", 0, 10);
    ContentHash theirs = commit(to, "main", 0, 10);
    assertThat(pathCopy("main").run().diverged()).hasSize(1);
    assertThat(to.resolve("main")).isEqualTo(theirs);
    assertThatThrownBy(
            () ->
                new PathCopy(
                    from,
                    to,
                    from.resolve("main"),
                    "none",
                    "main",
                    SyncSettings.standard(SyncSettings.Near.SENDER),
                    SyncProgress.NONE))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void repositoriesOfDifferentHashesAreRefused() {
    Repository other = create(new MemoryBackend(), HashAlgorithm.BLAKE3);
    assertThatThrownBy(() -> new Sync(from, other, (objects, bytes) -> {}))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("blake3");
  }
}
