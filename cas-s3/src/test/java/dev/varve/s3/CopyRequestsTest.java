package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncProgress;
import dev.varve.sync.SyncReport;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What copies and checks ask of a bucket, counted by kind of request. */
class CopyRequestsTest {
  private static final S3Layout LAYOUT = new S3Layout("p/");

  private final MemoryBucket stored = new MemoryBucket();
  private final Counting counting = new Counting(stored);

  /** Counts by kind; safe for all threads of a client. */
  private static final class Counting extends ForwardingBucket {
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger gets = new AtomicInteger();
    private final AtomicInteger heads = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger();

    Counting(Bucket inner) {
      super(inner);
    }

    void forget() {
      List.of(puts, gets, heads, lists).forEach(each -> each.set(0));
    }

    @Override
    public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
      puts.incrementAndGet();
      super.create(key, bytes, sha256);
    }

    @Override
    public Optional<Piece> get(String key, long position, int count) {
      gets.incrementAndGet();
      return super.get(key, position, count);
    }

    @Override
    public OptionalLong length(String key) {
      heads.incrementAndGet();
      return super.length(key);
    }

    @Override
    public Page list(String prefix, Optional<String> after, int max, boolean folders) {
      lists.incrementAndGet();
      return super.list(prefix, after, max, folders);
    }
  }

  private static Repository create(Backend backend) {
    return Repository.create(
        backend,
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private Repository bucket() {
    Backend backend = new S3Backend(counting, LAYOUT, new S3Settings(4, 32 << 20, 1, pause -> {}));
    return stored.keys().isEmpty()
        ? create(backend)
        : Repository.open(backend, Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  private static ByteBuffer value(int index, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(index).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static void fill(Repository repository, int values, int length) {
    try (Transaction edits = repository.begin("main")) {
      for (int i = 0; i < values; i++) {
        edits.put(Key.of("a/c/" + i), value(i, length));
      }
      edits.commit(CommitInfo.of("fill"));
    }
  }

  private SyncReport push(Repository here) {
    counting.forget();
    try (Repository there = bucket()) {
      return new Sync(here, there, SyncProgress.NONE).run();
    }
  }

  /** Names are listed at once; then an object is a PUT, and nothing else. */
  @Test
  void aFirstPushOfManyIsOneRequestAnObject() {
    bucket().close();
    try (Repository here = create(new MemoryBackend())) {
      fill(here, 1500, 600);
      SyncReport report = push(here);

      // The record that opens the branch, and the one that moves it.
      assertThat(counting.puts).hasValue((int) report.objects() + 2);
      assertThat(counting.heads).hasValue(0);
      // The configuration.
      assertThat(counting.gets.get()).isEqualTo(1);
      assertThat(counting.lists.get()).isEqualTo(8);
    }
  }

  /** From 1 MiB on a value is asked for before it is sent: it was, a moment ago. */
  @Test
  void aValueThatWasAskedForIsNotAskedForAgain() {
    bucket().close();
    try (Repository here = create(new MemoryBackend())) {
      fill(here, 5, 1 << 20);
      SyncReport report = push(here);

      assertThat(counting.puts).hasValue((int) report.objects() + 2);
      assertThat(counting.heads).hasValue((int) report.objects());
    }
  }

  @Test
  void aLargeValueThatIsThereIsNotSentByAnImport() {
    try (Repository there = bucket()) {
      fill(there, 1, 1 << 20);
      ContentHash hash = HashAlgorithm.SHA256.hash(value(0, 1 << 20));
      counting.forget();
      try (var writer = there.backend().blobs().writer(0)) {
        writer.put(hash, value(0, 1 << 20));
        writer.flush();
      }
      assertThat(counting.heads).hasValue(1);
      assertThat(counting.puts).hasValue(0);
    }
  }

  /** A bucket keeps a record once: there is nothing to compare it with. */
  @Test
  void aCheckReadsTheRecordsOfARefOnceForWhatTheySayAndOnceForTheirLog() {
    try (Repository there = bucket()) {
      fill(there, 3, 600);
      int[] gets = new int[2];
      int[] lists = new int[2];
      for (int i = 0; i < 2; i++) {
        counting.forget();
        RepositoryCheck check =
            new RepositoryCheck(
                there,
                1,
                finding -> {
                  throw new AssertionError(finding);
                });
        assertThat(check.run(CheckScope.EVERYTHING).clean()).isTrue();
        gets[i] = counting.gets.get();
        lists[i] = counting.lists.get();
        there.refs().create(RefName.branch("side"), there.resolve("main"), "another of one record");
      }
      assertThat(lists[1] - lists[0]).as("listings for a branch").isEqualTo(3);
      assertThat(gets[1] - gets[0]).as("records read for a branch").isEqualTo(3);
    }
  }
}
