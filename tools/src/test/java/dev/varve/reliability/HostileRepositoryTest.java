package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefName;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncProgress;
import dev.varve.testkit.Changes;
import dev.varve.testkit.FaultyBackend;
import dev.varve.tree.Key;
import dev.varve.tree.Totals;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.CommitInfo;
import dev.varve.version.Manifest;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * Repositories that somebody made by hand to do harm: every hash is right, and what the objects say
 * is not. Work is counted in operations on the backend, which fails all of them after some.
 */
class HostileRepositoryTest {
  private static final int PATIENCE = 20_000;

  private final FaultyBackend backend = new FaultyBackend(new MemoryBackend());
  private final Repository repository = Stores.create(backend, 1);
  private final Manifest manifest = repository.emptyManifest();
  private int nonces;

  private ContentHash put(ByteBuffer bytes) {
    ContentHash hash = HashAlgorithm.SHA256.hash(bytes);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(hash, bytes);
      writer.flush();
    }
    return hash;
  }

  private ContentHash commit(long generation, ContentHash... parents) {
    return put(
        CommitCodec.encode(
            new Commit(
                List.of(parents),
                generation,
                manifest,
                new Totals(0, 0),
                new Totals(0, 0),
                0,
                "mallory",
                "harmless",
                new TreeMap<>(),
                new Nonce(9, nonces++))));
  }

  private void branch(String name, ContentHash target) {
    RefName ref = RefName.branch(name);
    backend
        .refs()
        .compareAndSet(
            backend.refs().read(ref), Changes.to(ref, target, nonces++), new Evidence(1));
  }

  private void emptyNodes() {
    // A commit names the roots of two empty trees, which are stored with the first real commit.
    Stores.commit(repository, "first", "a", "b");
    Stores.commit(repository, "first", "a", "-");
  }

  /** Fails as corrupt, after little work. */
  private void refusedCheaply(ThrowingCallable work) {
    backend.dieAt(PATIENCE);
    try {
      assertThatThrownBy(work)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("claims generation");
    } finally {
      backend.heal();
    }
  }

  /**
   * Two ways from each rung to the next, and generations that rise on the way down: a walk that
   * trusts them meets every rung twice as often as the one above.
   */
  private ContentHash ladder() {
    emptyNodes();
    ContentHash below = commit(1);
    for (int rung = 0; rung < 60; rung++) {
      ContentHash left = commit(500 - 2 * rung, below);
      ContentHash right = commit(500 - 2 * rung, below);
      below = commit(499 - 2 * rung, left, right);
    }
    branch("main", below);
    return below;
  }

  @Test
  void historyWhoseGenerationsRiseIsRefusedInsteadOfWalkedWithoutEnd() {
    ContentHash head = ladder();
    ContentHash other = Stores.commit(repository, "other", "a/c/0", "x").id();

    refusedCheaply(() -> repository.history(List.of(head)).forEachRemaining(each -> {}));
    refusedCheaply(() -> repository.reaches(head, other));
    refusedCheaply(() -> repository.mergeBase(head, other));
    refusedCheaply(() -> repository.resolve("abcd"));
  }

  @Test
  void historyWhoseGenerationsRiseIsVerifiedOnceAndTold() {
    ladder();
    backend.dieAt(PATIENCE);
    CheckReport report =
        new RepositoryCheck(repository, 1, finding -> {}).run(CheckScope.EVERYTHING);
    assertThat(report.damaged()).isGreaterThan(100);
  }

  @Test
  void historyWhoseGenerationsRiseIsNotCopied() {
    ladder();
    Repository receiver = Stores.create(new MemoryBackend(), 2);
    refusedCheaply(() -> new Sync(repository, receiver, SyncProgress.NONE).run());
    assertThat(receiver.refs().find(RefName.branch("main"))).isEmpty();
  }

  @Test
  void nothingIsCommittedOnACommitOfTheLastGeneration() {
    emptyNodes();
    ContentHash head = commit(Long.MAX_VALUE, repository.resolve("first"));
    branch("main", head);

    refusedCheaply(() -> Stores.commit(repository, "main", "a/c/0", "x"));
    assertThat(repository.resolve("main")).isEqualTo(head);
  }

  @Test
  void totalsOfACommitAreNotBelieved() {
    ContentHash real = Stores.commit(repository, "main", "a/c/0", "x").id();
    Commit truth = repository.commit(real);
    ContentHash lie =
        put(
            CommitCodec.encode(
                new Commit(
                    List.of(real),
                    truth.generation() + 1,
                    truth.manifest(),
                    new Totals(1L << 60, 1L << 62),
                    new Totals(1_000_000_000_000L, Long.MAX_VALUE),
                    0,
                    "mallory",
                    "harmless",
                    new TreeMap<>(),
                    new Nonce(9, nonces++))));
    branch("main", lie);
    backend.dieAt(PATIENCE);

    assertThat(Stores.contents(repository.snapshot("main"))).hasSize(1);
    try (Transaction edits = repository.begin("main")) {
      edits.put(Key.of("a/c/1"), Stores.bytes("y"));
      edits.commit(CommitInfo.of("on a lie"));
    }
    assertThat(repository.commit(repository.resolve("main")).chunks().keys()).isEqualTo(2);
    assertThat(
            new RepositoryCheck(repository, 1, finding -> {})
                .run(CheckScope.of(repository.resolve("main~1")))
                .damaged())
        .isEqualTo(2);
  }

  @Test
  void treesThatClaimBillionsAreRefusedAtTheNodeThatDoesNotHoldThem() {
    ContentHash leaf =
        repository.snapshot(Stores.commit(repository, "x", "a/c/0", "x").id()).manifest().chunks();
    ContentHash node = leaf;
    for (int level = 1; level <= 16; level++) {
      node = put(interior(level, "a/c/0", node, 1_000_000_000L, Long.MAX_VALUE / 2));
    }
    Manifest deep = new Manifest(manifest.meta(), node);
    backend.dieAt(100);
    assertThatThrownBy(() -> Stores.contents(repository.view(deep)))
        .isInstanceOf(CorruptDataException.class);
    backend.heal();
  }

  @Test
  void nodeThatStandsOnALevelTooHighIsRefused() {
    ContentHash node = put(interior(17, "a", manifest.chunks(), 1, 1));
    Manifest high = new Manifest(manifest.meta(), node);
    assertThatThrownBy(() -> Stores.contents(repository.view(high)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("level is 17");
  }

  /** An interior node with one child, as docs/format.md writes it. */
  private static ByteBuffer interior(
      int level, String key, ContentHash child, long keys, long bytes) {
    byte[] name = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int width1 = width(keys);
    int width2 = width(bytes);
    ByteBuffer out = ByteBuffer.allocate(22 + 4 + 2 + name.length + width1 + width2 + 32);
    out.put(new byte[] {'V', 'R', 'V', 'N', 1, 1, (byte) level, 0});
    out.putInt(1).putInt(2 + name.length).putInt(32).put((byte) width1).put((byte) width2);
    out.putInt(0).put((byte) 0).put((byte) name.length).put(name);
    column(out, keys, width1);
    column(out, bytes, width2);
    return out.put(child.toBytes()).flip();
  }

  private static int width(long value) {
    return Math.max(1, (71 - Long.numberOfLeadingZeros(value)) / 8);
  }

  private static void column(ByteBuffer out, long value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      out.put((byte) (value >>> shift));
    }
  }
}
