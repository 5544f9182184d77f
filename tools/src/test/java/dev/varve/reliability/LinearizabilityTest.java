package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.Evidence;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads and compare-and-sets of one ref, by threads at once, as if one at a time. */
class LinearizabilityTest {
  private static final int THREADS = 4;
  private static final int EACH = 8;
  private static final Nonce A = new Nonce(0, 1);
  private static final Nonce B = new Nonce(0, 2);

  @TempDir Path directory;

  /** One thread's operations on a ref; times are places in the order of a common counter. */
  private static List<Operation> work(
      RefStore refs, RefName name, AtomicLong clock, Random random) {
    List<Operation> done = new ArrayList<>();
    Optional<RefRecord> last = Optional.empty();
    for (int i = 0; i < EACH; i++) {
      if (random.nextInt(2) == 0) {
        long called = clock.incrementAndGet();
        last = refs.read(name);
        done.add(Operation.read(called, clock.incrementAndGet(), nonce(last)));
      } else {
        RefChange change = Changes.to(name, Changes.target(i), random.nextLong());
        Optional<RefRecord> expected = last;
        long called = clock.incrementAndGet();
        RefOutcome outcome = refs.compareAndSet(expected, change, new Evidence(1));
        long answered = clock.incrementAndGet();
        if (outcome instanceof RefOutcome.Done written) {
          last = Optional.of(written.record());
          done.add(Operation.done(called, answered, nonce(expected), change.nonce()));
        } else {
          last = ((RefOutcome.Lost) outcome).current();
          done.add(Operation.lost(called, answered, nonce(expected), change.nonce(), nonce(last)));
        }
      }
    }
    return done;
  }

  private static Optional<Nonce> nonce(Optional<RefRecord> record) {
    return record.map(RefRecord::nonce);
  }

  private static void rounds(RefStore refs, int rounds, long seed) throws InterruptedException {
    int overlapping = 0;
    for (int round = 0; round < rounds; round++) {
      RefName name = RefName.branch("r" + round);
      AtomicLong clock = new AtomicLong();
      long base = seed + (long) round * THREADS;
      List<Operation> all = new ArrayList<>();
      Threads.together(THREADS, index -> work(refs, name, clock, new Random((base + index) * 7919)))
          .forEach(all::addAll);
      assertThat(Linearizability.explains(all, Optional.empty()))
          .as("seed %d, round %d: %s", seed, round, all)
          .isTrue();
      overlapping += all.stream().anyMatch(each -> each.answered() > each.called() + 1) ? 1 : 0;
    }
    assertThat(overlapping).as("rounds in which operations overlapped").isPositive();
  }

  @Test
  void refsInMemoryAreLinearizable() throws InterruptedException {
    rounds(new MemoryBackend().refs(), Runs.count(500, 200_000), Runs.seed(1));
  }

  @Test
  void refsOnDiskAreLinearizable() throws InterruptedException {
    try (LmdbBackend backend = LmdbBackend.create(directory.resolve("repo"))) {
      rounds(backend.refs(), Runs.count(60, 20_000), Runs.seed(1));
    }
  }

  private static boolean explained(Operation... operations) {
    return Linearizability.explains(List.of(operations), Optional.empty());
  }

  @Test
  void readOfAnOldValueAfterTheWriteWasAnsweredIsFound() {
    Operation write = Operation.done(1, 2, Optional.empty(), A);

    assertThat(explained(write, Operation.read(3, 4, Optional.empty()))).isFalse();
    assertThat(explained(write, Operation.read(3, 4, Optional.of(A)))).isTrue();
  }

  @Test
  void operationsThatOverlapMayHappenInEitherOrder() {
    Operation write = Operation.done(1, 4, Optional.empty(), A);

    assertThat(explained(write, Operation.read(2, 3, Optional.empty()))).isTrue();
    assertThat(explained(write, Operation.read(2, 3, Optional.of(A)))).isTrue();
    assertThat(
            explained(
                write,
                Operation.read(2, 3, Optional.of(A)),
                Operation.read(5, 6, Optional.empty())))
        .isFalse();
  }

  @Test
  void twoWritesOfWhichBothWonAreFound() {
    assertThat(
            explained(
                Operation.done(1, 3, Optional.empty(), A),
                Operation.done(2, 4, Optional.empty(), B)))
        .isFalse();
  }

  @Test
  void writeThatWasCalledLostButShowsIsFound() {
    assertThat(
            explained(
                Operation.lost(1, 2, Optional.empty(), A, Optional.of(B)),
                Operation.done(3, 4, Optional.empty(), B)))
        .isFalse();
    assertThat(
            explained(
                Operation.done(1, 2, Optional.empty(), B),
                Operation.lost(3, 4, Optional.empty(), A, Optional.of(B)),
                Operation.read(5, 6, Optional.of(A))))
        .isFalse();
  }
}
