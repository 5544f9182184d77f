package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Threads;
import dev.varve.testkit.proxy.Exchange;
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
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How many requests things take, and how many of them one after another, on a server 30 ms away.
 * Times are printed, and decide nothing: a slow machine can only make more steps of what could have
 * been one, so the fewest of some runs are what is needed.
 */
class RequestCountsTest {
  private static final int MILLIS = 30;

  private static final boolean LONG = Boolean.getBoolean("varve.long");

  /** How often to try before believing that so many steps are needed. */
  private static final int TRIES = 15;

  private final MemoryBucket stored = new MemoryBucket();
  private final TimedBucket far = new TimedBucket(stored, MILLIS);

  /** What a piece of work took. */
  private record Cost(int requests, int steps, long bytes, double millis) {
    static Cost of(TimedBucket bucket, Runnable work) {
      bucket.forget();
      long begun = System.nanoTime();
      work.run();
      double millis = (System.nanoTime() - begun) / 1e6;
      List<Exchange> all = bucket.exchanges();
      return new Cost(
          all.size(),
          Exchange.depth(all),
          all.stream().mapToLong(each -> each.sent() + each.received()).sum(),
          millis);
    }

    void print(String what) {
      System.out.printf(
          Locale.ROOT,
          "SCENARIO %s: %d requests, %d steps, %d bytes, %.0f ms (latency %d ms)%n",
          what,
          requests,
          steps,
          bytes,
          millis,
          MILLIS);
    }
  }

  /** The cost with the fewest steps; stops early at what is enough. */
  private Cost least(String what, int enough, Supplier<Runnable> work) {
    Cost least = null;
    for (int i = 0; i < TRIES && (least == null || least.steps() > enough); i++) {
      Cost cost = Cost.of(far, work.get());
      least = least == null || cost.steps() < least.steps() ? cost : least;
    }
    least.print(what);
    return least;
  }

  private static S3Backend backend(Bucket bucket, int requests) {
    return new S3Backend(
        bucket,
        new S3Layout("p/"),
        new S3Settings(requests, 32 << 20, 8, Pause.jittered(new SplittableRandom(1))));
  }

  private Repository created() {
    return Repository.create(
        backend(stored, 16),
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private Repository opened() {
    return Repository.open(backend(far, 16), Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  private static ByteBuffer value(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes).putLong(0, seed);
  }

  private static Key chunk(int array, int index) {
    return Key.of("group/array" + array + "/c/" + index);
  }

  private static void fill(Repository repository, int arrays, int chunks) {
    try (Transaction tx = repository.begin("main")) {
      for (int a = 0; a < arrays; a++) {
        tx.put(Key.of("group/array" + a + "/zarr.json"), value(-1 - a, 600));
        for (int i = 0; i < chunks; i++) {
          tx.put(chunk(a, i), value(((long) a << 32) + i % 1000, 100));
        }
      }
      assertThat(tx.commit(CommitInfo.of("fill"))).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  private static void overwrite(Repository repository, int arrays, long seed) {
    try (Transaction tx = repository.begin("main")) {
      for (int a = 0; a < arrays; a++) {
        tx.put(chunk(a, 3), value(seed * 1000 + a, 65_536));
      }
      assertThat(tx.commit(CommitInfo.of("step"))).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  @Test
  void commitOfOneChunkIsThreeSteps() {
    try (Repository near = created()) {
      fill(near, 10, 500);
    }
    try (Repository repository = opened()) {
      overwrite(repository, 1, 1);
      int[] seed = {2};

      Cost cost = least("commit of one chunk", 3, () -> () -> overwrite(repository, 1, seed[0]++));

      assertThat(cost.steps()).isEqualTo(3);
      // The listing, the chunk, a path of nodes, the commit, the ref.
      assertThat(cost.requests()).isLessThanOrEqualTo(7);
      List<Double> took = new ArrayList<>();
      for (int i = 0; i < (LONG ? 100 : 20); i++) {
        took.add(Cost.of(far, () -> overwrite(repository, 1, seed[0]++)).millis());
      }
      took.sort(null);
      System.out.printf(
          Locale.ROOT,
          "SCENARIO commit of one chunk, warm, %d times: median %.1f ms, fastest %.1f (latency %d"
              + " ms)%n",
          took.size(),
          took.get(took.size() / 2),
          took.get(0),
          MILLIS);
    }
  }

  @Test
  void commitToManyArraysTakesTheirUploadsAndNoMore() {
    try (Repository near = created()) {
      fill(near, 175, 50);
    }
    try (Repository repository = opened()) {
      overwrite(repository, 175, 1);
      int[] seed = {2};

      Cost cost =
          least(
              "commit of 175 arrays x 1 chunk",
              14,
              () -> () -> overwrite(repository, 175, seed[0]++));

      // 175 chunks; the leaves of a tree of 8,750 keys, at most as many as there are.
      assertThat(cost.requests()).isBetween(178, 230);
      // 16 at once.
      assertThat(cost.steps()).isLessThanOrEqualTo(cost.requests() / 16 + 6);
    }
  }

  @Test
  void missingOfManyIsToldByListingsWhereThatIsLess() {
    try (Repository near = created()) {
      fill(near, 1, 3000);
    }
    List<ContentHash> asked =
        IntStream.range(0, 2000)
            .mapToObj(i -> HashAlgorithm.SHA256.hash(ByteBuffer.allocate(8).putLong(0, i)))
            .toList();
    try (S3Backend backend = backend(far, 16)) {
      Cost cost =
          Cost.of(far, () -> assertThat(backend.blobs().missing(asked)).hasSize(asked.size()));
      cost.print("2000 names against 1000 stored");
      assertThat(cost.requests()).isLessThanOrEqualTo(5);
    }
  }

  /** What a writer of many did: how long each of its commits took, in milliseconds. */
  private static List<Double> commits(Repository repository, int writer, int each) {
    List<Double> took = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      long begun = System.nanoTime();
      try (Transaction tx = repository.begin("main")) {
        tx.put(chunk(writer, i), value(1_000_000L * (1 + writer) + i, 1000));
        assertThat(tx.commit(CommitInfo.of("w"))).isInstanceOf(CommitOutcome.Committed.class);
      }
      took.add((System.nanoTime() - begun) / 1e6);
    }
    return took;
  }

  /**
   * Writers of one branch that never touch the same chunk.
   *
   * @param processes how many know nothing of each other; each has its share of the writers
   * @return requests a commit
   */
  private double writers(int writers, int processes, int each) throws InterruptedException {
    try (Repository near = created()) {
      fill(near, writers, 50);
    }
    List<Repository> repositories = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      repositories.add(opened());
    }
    far.forget();
    long begun = System.nanoTime();
    List<List<Double>> took =
        Threads.together(
            writers, index -> commits(repositories.get(index % processes), index, each));
    double seconds = (System.nanoTime() - begun) / 1e9;
    repositories.forEach(Repository::close);

    List<Double> all = took.stream().flatMap(List::stream).sorted().toList();
    assertThat(all).hasSize(writers * each);
    try (Repository near =
        Repository.open(backend(stored, 16), Environment.system(), ConflictRule.SAME_KEY_ONLY)) {
      assertThat(near.snapshot("main").commit().generation()).isEqualTo(1 + (long) writers * each);
    }
    double requests = (double) far.exchanges().size() / all.size();
    System.out.printf(
        Locale.ROOT,
        "SCENARIO %d writers in %d processes x %d: %.1f commits/s, %.1f requests a commit, commit"
            + " p50 %.2f s, p95 %.2f s, longest %.2f s (latency %d ms)%n",
        writers,
        processes,
        each,
        all.size() / seconds,
        requests,
        all.get(all.size() / 2) / 1000,
        all.get(all.size() * 95 / 100) / 1000,
        all.get(all.size() - 1) / 1000,
        MILLIS);
    return requests;
  }

  @Test
  void writersOfOneProcessDoNotSpoilEachOthersAttempts() throws InterruptedException {
    // Two listings or less, the chunk, a path of nodes, the commit, the ref.
    assertThat(writers(32, 1, LONG ? 20 : 3)).isLessThanOrEqualTo(12);
  }

  @Test
  void writersOfSeveralProcessesAllGetThrough() throws InterruptedException {
    assertThat(writers(32, 4, LONG ? 20 : 2)).isLessThanOrEqualTo(60);
  }
}
