package dev.varve.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
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

  @Test
  void repositoriesOfDifferentHashesAreRefused() {
    Repository other = create(new MemoryBackend(), HashAlgorithm.BLAKE3);
    assertThatThrownBy(() -> new Sync(from, other, (objects, bytes) -> {}))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("blake3");
  }
}
