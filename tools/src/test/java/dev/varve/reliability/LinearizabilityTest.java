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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
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
      RefStore refs, RefName name, LongSupplier clock, Random random) {
    List<Operation> done = new ArrayList<>();
    Optional<RefRecord> last = Optional.empty();
    for (int i = 0; i < EACH; i++) {
      if (random.nextInt(2) == 0) {
        long called = clock.getAsLong();
        last = refs.read(name);
        done.add(Operation.read(called, clock.getAsLong(), nonce(last)));
      } else {
        RefChange change = Changes.to(name, Changes.target(i), random.nextLong());
        Optional<RefRecord> expected = last;
        long called = clock.getAsLong();
        RefOutcome outcome = refs.compareAndSet(expected, change, new Evidence(1));
        long answered = clock.getAsLong();
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
      Threads.together(
              THREADS,
              index -> work(refs, name, clock::incrementAndGet, new Random((base + index) * 7919)))
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

  /**
   * Does a round each time it is told to, on the ref it is told. The clock is the machine's, which
   * is one for all processes.
   */
  static final class Rounds {
    private Rounds() {}

    public static void main(String[] args) {
      Scanner told = new Scanner(System.in, StandardCharsets.UTF_8);
      Random random = new Random(Long.parseLong(args[1]));
      try (LmdbBackend backend = LmdbBackend.open(Path.of(args[0]))) {
        System.out.println("ready");
        while (told.hasNext()) {
          RefName name = RefName.branch(told.next());
          for (Operation each : work(backend.refs(), name, System::nanoTime, random)) {
            System.out.println(each.line());
          }
        }
      }
    }
  }

  @Test
  void refsOnDiskAreLinearizableBetweenProcesses() throws IOException {
    Path path = directory.resolve("repo");
    LmdbBackend.create(path).close();
    long seed = Runs.seed(1);
    int rounds = Runs.count(40, 5000);
    int contended = 0;
    List<Fork> forks = new ArrayList<>();
    try {
      for (int i = 0; i < THREADS; i++) {
        forks.add(Fork.start(64, Rounds.class, path, (seed * THREADS + i) * 7919));
      }
      for (Fork each : forks) {
        assertThat(each.line()).contains("ready");
      }
      for (int round = 0; round < rounds; round++) {
        for (Fork each : forks) {
          each.send("r" + round);
        }
        List<Operation> all = new ArrayList<>();
        for (Fork each : forks) {
          for (int i = 0; i < EACH; i++) {
            all.add(Operation.parse(each.line().orElseThrow()));
          }
        }
        assertThat(Linearizability.explains(all, Optional.empty()))
            .as("seed %d, round %d: %s", seed, round, all)
            .isTrue();
        contended += all.stream().anyMatch(each -> overlaps(each, all)) ? 1 : 0;
      }
    } finally {
      forks.forEach(Fork::close);
    }
    assertThat(contended).as("rounds in which operations overlapped").isPositive();
  }

  private static boolean overlaps(Operation one, List<Operation> all) {
    long beside =
        all.stream()
            .filter(other -> other.called() < one.answered() && one.called() < other.answered())
            .count();
    // It overlaps itself.
    return beside > 1;
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
