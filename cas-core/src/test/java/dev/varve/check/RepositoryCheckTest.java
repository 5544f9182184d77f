package dev.varve.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.tree.Key;
import dev.varve.tree.NodeContents;
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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepositoryCheckTest {
  private final MemoryBackend backend = new MemoryBackend();
  private Repository repository;
  private ContentHash first;
  private ContentHash second;

  @BeforeEach
  void fill() {
    repository =
        Repository.create(
            backend,
            RepositoryConfig.of(HashAlgorithm.SHA256),
            Environment.system(),
            ConflictRule.SAME_KEY_ONLY);
    first = commit(0, 40);
    second = commit(20, 45);
    repository.refs().create(RefName.tag("v1"), first, "test");
  }

  private ContentHash commit(int from, int to) {
    try (Transaction tx = repository.begin("main")) {
      tx.put(
          Key.of("air/zarr.json"),
          ByteBuffer.wrap(
              ("{\"n\":" + to + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      for (int i = from; i < to; i++) {
        tx.put(Key.of("air/c/" + i), value(i, to));
      }
      return ((CommitOutcome.Committed) tx.commit(CommitInfo.of("step " + to))).id();
    }
  }

  private static ByteBuffer value(int i, int to) {
    return ByteBuffer.allocate(64).putInt(0, i).putInt(4, i < 20 ? 0 : to);
  }

  private final List<Finding> findings = new ArrayList<>();

  private CheckReport check(CheckScope scope) {
    findings.clear();
    return new RepositoryCheck(repository, 2, findings::add).run(scope);
  }

  @Test
  void aWholeStoreIsCleanAndCountsEveryObjectOnce() {
    CheckReport report = check(CheckScope.EVERYTHING);
    assertThat(report.clean()).isTrue();
    assertThat(report.objects()).isEqualTo(backend.contents().size());
    assertThat(report.bytes())
        .isEqualTo(backend.contents().values().stream().mapToLong(ByteBuffer::remaining).sum());
  }

  @Test
  void everyFlippedByteOfEveryObjectIsReportedUnderItsName() {
    for (Map.Entry<ContentHash, ByteBuffer> object : List.copyOf(backend.contents().entrySet())) {
      ByteBuffer whole = object.getValue();
      for (int at = 0; at < whole.remaining(); at++) {
        byte[] changed = new byte[whole.remaining()];
        whole.duplicate().get(changed);
        changed[at] ^= 0x40;
        backend.contents().put(object.getKey(), ByteBuffer.wrap(changed));
        CheckReport report = check(CheckScope.EVERYTHING);
        assertThat(report.damaged()).isEqualTo(1);
        Finding finding = findings.get(0);
        assertThat(finding.object()).isEqualTo(object.getKey().toString());
        assertThat(finding.kind()).isEqualTo(Finding.Kind.DAMAGED);
        assertThat(finding.expected()).contains(finding.object());
        assertThat(finding.actual()).contains(HashAlgorithm.SHA256.hash(changed).toString());
      }
      backend.contents().put(object.getKey(), whole);
    }
    assertThat(check(CheckScope.EVERYTHING).clean()).isTrue();
  }

  @Test
  void everyMissingObjectIsReportedAsMissing() {
    for (Map.Entry<ContentHash, ByteBuffer> object : List.copyOf(backend.contents().entrySet())) {
      backend.contents().remove(object.getKey());
      assertThat(check(CheckScope.EVERYTHING).missing()).isEqualTo(1);
      assertThat(findings.get(0).object()).isEqualTo(object.getKey().toString());
      assertThat(findings.get(0).kind()).isEqualTo(Finding.Kind.MISSING);
      backend.contents().put(object.getKey(), object.getValue());
    }
  }

  @Test
  void swappedValuesAreReportedAsMisplacedWithTheirKeys() {
    ContentHash one = HashAlgorithm.SHA256.hash(value(3, 40));
    ContentHash two = HashAlgorithm.SHA256.hash(value(4, 40));
    ByteBuffer bytes = backend.contents().get(one);
    backend.contents().put(one, backend.contents().get(two));
    backend.contents().put(two, bytes);
    assertThat(check(CheckScope.EVERYTHING).damaged()).isEqualTo(2);
    assertThat(findings).allMatch(f -> f.kind() == Finding.Kind.MISPLACED);
    assertThat(findings)
        .extracting(f -> f.key().orElseThrow().toString())
        .containsExactlyInAnyOrder("air/c/3", "air/c/4");
  }

  @Test
  void aCheckSinceARevisionReadsOnlyWhatItAdds() {
    CheckReport all = check(CheckScope.EVERYTHING);
    CheckReport since = check(CheckScope.EVERYTHING.since(first));
    // 25 values, two nodes and the commit are new with the second commit.
    assertThat(since.objects()).isEqualTo(28);
    assertThat(since.objects()).isLessThan(all.objects());
    backend.contents().remove(HashAlgorithm.SHA256.hash(value(3, 40)));
    assertThat(check(CheckScope.EVERYTHING.since(first)).clean()).isTrue();
    backend.contents().remove(HashAlgorithm.SHA256.hash(value(30, 45)));
    assertThat(check(CheckScope.EVERYTHING.since(first)).missing()).isEqualTo(1);
    assertThat(check(CheckScope.of(second).since(first)).missing()).isEqualTo(1);
  }

  @Test
  void aCheckSinceSeveralCommitsReadsWhatNoneOfThemReaches() {
    repository.refs().create(RefName.branch("side"), first, "test");
    ContentHash aside;
    try (Transaction tx = repository.begin("side")) {
      tx.put(Key.of("side/c/0"), value(7, 7));
      aside = ((CommitOutcome.Committed) tx.commit(CommitInfo.of("aside"))).id();
    }
    // The value, the root of chunks and the commit; the document's tree is that of its parent.
    assertThat(check(CheckScope.EVERYTHING.since(List.of(second))).objects()).isEqualTo(3);
    assertThat(check(CheckScope.EVERYTHING.since(List.of(second, aside))).objects()).isZero();
    assertThat(check(CheckScope.EVERYTHING.since(List.of(aside))).objects()).isEqualTo(28);
  }

  @Test
  void aCheckTellsHowFarItIs() {
    List<Long> told = new ArrayList<>();
    CheckReport report =
        new RepositoryCheck(repository, 1, findings::add, (objects, bytes) -> told.add(objects))
            .run(CheckScope.EVERYTHING);
    assertThat(told).hasSize((int) report.objects()).contains(1L, report.objects());
  }

  @Test
  void aDamagedNodeIsTellingTheKeysThatItHid() {
    try (Transaction tx = repository.begin("wide")) {
      for (int i = 0; i < 3000; i++) {
        tx.put(Key.of("wide/c/" + i), value(i, i));
      }
      tx.commit(CommitInfo.of("wide"));
    }
    ContentHash root = repository.snapshot("wide").manifest().chunks();
    List<NodeContents.Below> children = repository.nodes().contents(root).children();
    backend.contents().remove(children.get(1).hash());
    check(CheckScope.EVERYTHING);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).after()).contains(children.get(0).lastKey());
    assertThat(findings.get(0).key()).contains(children.get(1).lastKey());
  }

  @Test
  void aCheckOfOneSnapshotOrPathLeavesOutTheRest() {
    backend.contents().remove(HashAlgorithm.SHA256.hash(value(30, 40)));
    assertThat(check(CheckScope.of(second)).clean()).isTrue();
    assertThat(check(CheckScope.of(first)).missing()).isEqualTo(1);
    assertThat(findings.get(0).revisions()).containsExactly("v1");
    assertThat(check(CheckScope.of(first).below("elsewhere")).clean()).isTrue();
    assertThat(check(CheckScope.of(first).below("air")).missing()).isEqualTo(1);
  }

  @Test
  void aSampleReadsAPartOfTheValues() {
    long all = check(CheckScope.EVERYTHING).objects();
    long half = check(CheckScope.EVERYTHING.sample(0.5)).objects();
    assertThat(half).isLessThan(all);
  }

  @Test
  void readerThatRunsOutOfMemoryEndsTheCheck() {
    backend.contents().remove(HashAlgorithm.SHA256.hash(value(0, 40)));
    Repository exhausted =
        repository.mending(
            (what, hash) -> {
              throw new OutOfMemoryError("told to fail");
            });

    assertThatThrownBy(
            () -> new RepositoryCheck(exhausted, 2, findings::add).run(CheckScope.EVERYTHING))
        .isInstanceOf(OutOfMemoryError.class);
  }
}
