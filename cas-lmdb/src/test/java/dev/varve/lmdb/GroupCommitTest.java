package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that wait together are written together, and each hears what became of itself. */
class GroupCommitTest {
  private static final Evidence GOOD = new Evidence(1);
  private static final RefName MAIN = RefName.branch("main");

  private final ExecutorService pool = Executors.newCachedThreadPool();

  @TempDir Path directory;

  @AfterEach
  void endThreads() {
    pool.shutdownNow();
  }

  private LmdbBackend create(LmdbSettings settings) {
    return LmdbBackend.create(directory.resolve("repo"), settings);
  }

  /** Runs {@code parts} so that all of them wait for the same transaction. */
  private <R> List<Future<R>> queued(LmdbBackend backend, List<Callable<R>> parts)
      throws InterruptedException {
    WriteQueue queue = backend.store().queue();
    Gate gate = new Gate();
    pool.execute(() -> queue.submit(gate));
    gate.reached.await();
    List<Future<R>> running = new ArrayList<>();
    for (Callable<R> each : parts) {
      int before = queue.waiting();
      running.add(pool.submit(each));
      while (queue.waiting() == before) {
        Thread.onSpinWait();
      }
    }
    gate.open.countDown();
    return running;
  }

  private static Object store(LmdbBackend backend, Sample blob) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      return writer.flush();
    }
  }

  @Test
  void waitingFlushesAndRefWritesShareOneTransaction() throws Exception {
    try (LmdbBackend backend = create(LmdbSettings.standard())) {
      long before = backend.store().queue().transactions();
      List<Callable<Object>> parts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int number = i;
        parts.add(() -> store(backend, Sample.of(number, 1000)));
        parts.add(
            () ->
                backend
                    .refs()
                    .compareAndSet(
                        Optional.empty(),
                        Changes.to(RefName.branch("b" + number), Changes.target(1), 1),
                        GOOD));
      }

      List<Future<Object>> outcomes = queued(backend, parts);

      for (int i = 0; i < 20; i++) {
        assertThat(outcomes.get(2 * i).get()).isEqualTo(GOOD);
        assertThat(outcomes.get(2 * i + 1).get()).isInstanceOf(RefOutcome.Done.class);
      }
      // One that held the others up, and one for all of them.
      assertThat(backend.store().queue().transactions() - before).isEqualTo(2);
    }
  }

  @Test
  void ofTwoRefWritesInOneTransactionTheSecondLoses() throws Exception {
    try (LmdbBackend backend = create(LmdbSettings.standard())) {
      List<Callable<RefOutcome>> parts = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int number = i;
        parts.add(
            () ->
                backend
                    .refs()
                    .compareAndSet(
                        Optional.empty(), Changes.to(MAIN, Changes.target(number), number), GOOD));
      }

      List<Future<RefOutcome>> outcomes = queued(backend, parts);

      RefOutcome.Done first = (RefOutcome.Done) outcomes.get(0).get();
      assertThat(outcomes.get(1).get()).isEqualTo(new RefOutcome.Lost(Optional.of(first.record())));
      assertThat(backend.refs().read(MAIN)).contains(first.record());
    }
  }

  @Test
  void valuesBeyondTheBoundGoIntoTheNextTransaction() throws Exception {
    try (LmdbBackend backend =
        create(LmdbSettings.standard().withGroupBytes(100_000).withPacks(false))) {
      long before = backend.store().queue().transactions();
      List<Callable<Object>> parts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int number = i;
        parts.add(() -> store(backend, Sample.of(number, 45_000)));
      }

      for (Future<Object> each : queued(backend, parts)) {
        each.get();
      }

      assertThat(backend.store().queue().transactions() - before).isEqualTo(3);
    }
  }

  @Test
  void requestThatFailsDoesNotFailItsNeighbours() throws Exception {
    try (LmdbBackend backend = create(LmdbSettings.standard())) {
      Sample good = Sample.of(1, 1000);
      Sample bad = Sample.of(2, 1000);

      List<Future<Object>> outcomes =
          queued(
              backend,
              List.of(
                  () -> store(backend, good),
                  () -> backend.store().queue().submit(new Breaking(bad)),
                  () ->
                      backend
                          .refs()
                          .compareAndSet(
                              Optional.empty(), Changes.to(MAIN, Changes.target(1), 1), GOOD)));

      assertThat(outcomes.get(0).get()).isEqualTo(GOOD);
      assertThatThrownBy(() -> outcomes.get(1).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(BackendException.class)
          .hasMessageContaining("told to break");
      assertThat(outcomes.get(2).get()).isInstanceOf(RefOutcome.Done.class);
      assertThat(backend.blobs().missing(Set.of(good.hash(), bad.hash())))
          .containsExactly(bad.hash());
    }
  }

  @Test
  void closingRefusesWhatStillWaitsAndFinishesWhatRuns() throws Exception {
    LmdbBackend backend = create(LmdbSettings.standard());
    WriteQueue queue = backend.store().queue();
    Gate gate = new Gate();
    Future<Boolean> running = pool.submit(() -> queue.submit(gate));
    gate.reached.await();
    Sample blob = Sample.of(1, 1000);
    Future<Object> waiting = pool.submit(() -> store(backend, blob));
    while (queue.waiting() == 0) {
      Thread.onSpinWait();
    }

    Future<?> closing = pool.submit(backend::close);
    assertThatThrownBy(waiting::get)
        .hasCauseInstanceOf(BackendException.class)
        .hasMessageContaining("closed first");
    assertThat(closing.isDone()).isFalse();
    gate.open.countDown();

    assertThat(running.get()).isTrue();
    closing.get();
    try (LmdbBackend again = LmdbBackend.open(directory.resolve("repo"))) {
      assertThat(again.blobs().missing(Set.of(blob.hash()))).containsExactly(blob.hash());
    }
  }

  @Test
  void interruptedCallerHearsTheOutcomeAndStaysInterrupted() throws Exception {
    try (LmdbBackend backend = create(LmdbSettings.standard())) {
      Sample blob = Sample.of(1, 1000);

      List<Future<Boolean>> outcome =
          queued(
              backend,
              List.of(
                  () -> {
                    Thread.currentThread().interrupt();
                    store(backend, blob);
                    return Thread.interrupted();
                  }));

      assertThat(outcome.get(0).get()).isTrue();
      assertThat(backend.blobs().missing(Set.of(blob.hash()))).isEmpty();
    }
  }

  /** Holds the write transaction open until told to go on. */
  private static final class Gate extends WriteRequest<Boolean> {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    Gate() {
      super("wait");
    }

    @Override
    long bytes() {
      return 1L << 40;
    }

    @Override
    protected Boolean apply(TableTxn txn) {
      reached.countDown();
      try {
        open.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
      return true;
    }

    @Override
    protected Boolean unknown(Boolean outcome, LmdbOutage why) {
      return outcome;
    }
  }

  /** Writes a row and then fails in a way that nobody expects. */
  private static final class Breaking extends WriteRequest<Object> {
    private final Sample blob;

    Breaking(Sample blob) {
      super("break");
      this.blob = blob;
    }

    @Override
    long bytes() {
      return blob.length();
    }

    @Override
    protected Object apply(TableTxn txn) {
      txn.put(Table.BLOBS, blob.hash().toBytes(), blob.bytes());
      throw new IllegalStateException("told to break");
    }

    @Override
    protected Object unknown(Object outcome, LmdbOutage why) {
      return outcome;
    }
  }
}
