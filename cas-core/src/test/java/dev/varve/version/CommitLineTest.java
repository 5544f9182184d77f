package dev.varve.version;

import static dev.varve.version.Repositories.committed;
import static dev.varve.version.Repositories.contents;
import static dev.varve.version.Repositories.edit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Commits of threads that stand in line together; all of them begin before any is led. */
class CommitLineTest {
  private static final int THREADS = 8;
  private static final RefName MAIN = RefName.branch("main");

  private final MemoryBackend stored = new MemoryBackend();
  private final GatheringBackend backend = new GatheringBackend(stored, THREADS);
  private final Repository repository =
      Repository.create(
          stored,
          RepositoryConfig.of(HashAlgorithm.SHA256),
          Repositories.ticking(),
          ConflictRule.SAME_KEY_ONLY);

  private Repository gathering() {
    return Repository.open(backend, Repositories.ticking(), ConflictRule.SAME_KEY_ONLY);
  }

  /** What becomes of a thread's commit: the outcome, or what was thrown. */
  private record Result(CommitOutcome outcome, Throwable thrown) {}

  /** Thread i sets a key to a value, both given by i; then all commit. */
  private List<Result> commits(String[] keys, String[] values) throws InterruptedException {
    Repository together = gathering();
    Repositories.commit(repository, "main", "a/c/0", "before");
    List<Transaction> transactions = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Transaction tx = together.begin("main");
      edit(tx, keys[i], values[i]);
      transactions.add(tx);
    }
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    List<Future<CommitOutcome>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int index = i;
      running.add(
          pool.submit(
              () -> {
                try (Transaction tx = transactions.get(index)) {
                  return tx.commit(CommitInfo.of("thread " + index));
                }
              }));
    }
    List<Result> results = new ArrayList<>();
    for (Future<CommitOutcome> each : running) {
      try {
        results.add(new Result(each.get(), null));
      } catch (ExecutionException failed) {
        results.add(new Result(null, failed.getCause()));
      }
    }
    pool.shutdown();
    return results;
  }

  private List<Result> commitsToKeysOfTheirOwn() throws InterruptedException {
    return commits(each("k/"), each("v"));
  }

  private static String[] each(String prefix) {
    String[] all = new String[THREADS];
    for (int i = 0; i < THREADS; i++) {
      all[i] = prefix + i;
    }
    return all;
  }

  /** Every commit that was acknowledged is in history, once, and all of it verifies. */
  private Set<ContentHash> requireHistory(List<Result> results) {
    Set<ContentHash> history = new HashSet<>();
    ContentHash head = repository.resolve("main");
    repository.history(List.of(head)).forEachRemaining(each -> history.add(each.id()));
    Set<ContentHash> ids = new HashSet<>();
    for (int i = 0; i < THREADS; i++) {
      if (results.get(i).outcome() instanceof CommitOutcome.Committed done) {
        assertThat(ids.add(done.id())).isTrue();
        assertThat(history).contains(done.id());
        assertThat(done.commit().message()).isEqualTo("thread " + i);
        assertThat(done.changes()).isEqualTo(new Changes(1, 0, 0));
      }
    }
    RepositoryCheck check =
        new RepositoryCheck(
            repository,
            1,
            finding -> {
              throw new AssertionError(finding.toString());
            });
    assertThat(check.run(CheckScope.EVERYTHING).clean()).isTrue();
    return history;
  }

  private long records() {
    return stored.refs().read(MAIN).orElseThrow().number();
  }

  private static long succeeded(List<Result> results) {
    return results.stream()
        .filter(each -> each.outcome() instanceof CommitOutcome.Committed)
        .count();
  }

  @Test
  void commitsThatWaitTogetherAreOneRecord() throws InterruptedException {
    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS);
    assertThat(requireHistory(results)).hasSize(1 + THREADS);
    assertThat(records()).isEqualTo(2);
    RefRecord record = stored.refs().read(MAIN).orElseThrow();
    assertThat(record.reason()).endsWith("(and 7 before it)");
    assertThat(record.base()).isEqualTo(1);
    Snapshot head = repository.snapshot("main");
    assertThat(head.commit().generation()).isEqualTo(1 + THREADS);
    assertThat(contents(head)).hasSize(1 + THREADS).containsEntry("k/5", "v5");
  }

  @Test
  void whoseCommitAnotherThreadIsAtWaitsForIt() throws InterruptedException {
    backend.turns = false;

    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS);
    assertThat(requireHistory(results)).hasSize(1 + THREADS);
    assertThat(records()).isEqualTo(2);
  }

  @Test
  void ofThoseThatClashOneIsCommittedAndTheOthersHearOfIt() throws InterruptedException {
    String[] keys = each("k/");
    keys[6] = keys[2];

    List<Result> results = commits(keys, each("v"));

    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(requireHistory(results)).hasSize(THREADS);
    List<Result> refused =
        results.stream()
            .filter(each -> each.outcome() instanceof CommitOutcome.Conflicted)
            .toList();
    assertThat(refused).hasSize(1);
    CommitOutcome.Conflicted conflict = (CommitOutcome.Conflicted) refused.get(0).outcome();
    assertThat(conflict.conflicts()).hasSize(1);
    assertThat(conflict.head()).contains(repository.resolve("main"));
  }

  @Test
  void equalEditsAreCommittedOnce() throws InterruptedException {
    String[] keys = each("k/");
    String[] values = each("v");
    keys[3] = keys[1];
    values[3] = values[1];

    List<Result> results = commits(keys, values);

    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(results.stream().map(Result::outcome))
        .filteredOn(CommitOutcome.Unchanged.class::isInstance)
        .hasSize(1);
    assertThat(requireHistory(results)).hasSize(THREADS);
  }

  @Test
  void whoseValuesCannotBeStoredFailsAlone() throws InterruptedException {
    AtomicInteger flushes = new AtomicInteger();
    backend.beforeFlush =
        () -> {
          if (flushes.incrementAndGet() == 3) {
            throw BackendException.permanent("no room for this one", null);
          }
        };

    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(results.stream().map(Result::thrown).filter(each -> each != null))
        .singleElement()
        .satisfies(each -> assertThat(each).hasMessage("no room for this one"));
    assertThat(requireHistory(results)).hasSize(THREADS);
    assertThat(contents(repository.snapshot("main"))).hasSize(THREADS);
  }

  @Test
  void allAreJoinedToACommitThatCameFirst() throws InterruptedException {
    backend.nextWrite =
        Optional.of(
            () -> {
              committed(Repositories.commit(repository, "main", "other", "first"));
              return new RefOutcome.Lost(stored.refs().read(MAIN));
            });

    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS);
    assertThat(requireHistory(results)).hasSize(2 + THREADS);
    assertThat(contents(repository.snapshot("main"))).containsEntry("other", "first");
    assertThat(records()).isEqualTo(3);
  }

  @Test
  void whatIsUnknownIsUnknownToAll() throws InterruptedException {
    backend.nextWrite =
        Optional.of(
            () ->
                new RefOutcome.Unknown(
                    stored.refs().read(MAIN).orElseThrow(),
                    new UnknownOutcomeException("no answer", null)));

    List<Result> results = commitsToKeysOfTheirOwn();

    Set<String> told = new HashSet<>();
    for (Result each : results) {
      assertThat(each.thrown()).isInstanceOf(UnknownOutcomeException.class);
      told.add(each.thrown().getMessage());
    }
    assertThat(told).hasSize(THREADS);
    assertThat(records()).isEqualTo(1);
  }

  @Test
  void aWriteThatIsRefusedIsTriedAgainByTheOthers() throws InterruptedException {
    backend.nextWrite =
        Optional.of(
            () -> {
              throw BackendException.permanent("not now", null);
            });

    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(results.stream().map(Result::thrown).filter(each -> each != null)).hasSize(1);
    assertThat(requireHistory(results)).hasSize(THREADS);
  }

  @Test
  void aCommitThatIsDoneStaysDoneWhereItsLeaderFailsWithAnother() throws InterruptedException {
    String[] keys = each("k/");
    keys[6] = keys[2];
    AtomicInteger failures = new AtomicInteger();
    backend.beforeRead =
        () -> {
          if (records() == 2 && failures.getAndIncrement() == 0) {
            throw BackendException.transientFailure("cannot read", null);
          }
        };

    List<Result> results = commits(keys, each("v"));

    assertThat(failures.get()).isPositive();
    assertThat(results).allMatch(each -> each.thrown() == null);
    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(requireHistory(results)).hasSize(THREADS);
  }

  @Test
  void nobodyCommitsForWhoFailedToGetATurn() throws InterruptedException {
    AtomicInteger leaders = new AtomicInteger();
    backend.beforeLeading =
        () -> {
          if (leaders.incrementAndGet() == 1) {
            throw BackendException.transientFailure("no turn", null);
          }
        };

    List<Result> results = commitsToKeysOfTheirOwn();

    // Where the next one who leads came to it before it had gone, its commit was made and is told.
    List<Throwable> thrown =
        results.stream().map(Result::thrown).filter(each -> each != null).toList();
    assertThat(thrown).hasSizeLessThanOrEqualTo(1);
    assertThat(thrown).allSatisfy(each -> assertThat(each).hasMessage("no turn"));
    assertThat(succeeded(results)).isEqualTo(THREADS - thrown.size());
    assertThat(requireHistory(results)).hasSize(1 + THREADS - thrown.size());
  }

  @Test
  void aLeaderThatIsInterruptedFailsAlone() throws InterruptedException {
    AtomicInteger leaders = new AtomicInteger();
    backend.beforeLeading =
        () -> {
          if (leaders.incrementAndGet() == 1) {
            Thread.currentThread().interrupt();
          }
        };
    backend.beforeFlush =
        () -> {
          if (Thread.currentThread().isInterrupted()) {
            throw BackendException.transientFailure("the thread was interrupted", null);
          }
        };

    List<Result> results = commitsToKeysOfTheirOwn();

    assertThat(succeeded(results)).isEqualTo(THREADS - 1);
    assertThat(results.stream().map(Result::thrown).filter(each -> each != null))
        .singleElement()
        .satisfies(each -> assertThat(each).hasMessage("the thread was interrupted"));
    assertThat(requireHistory(results)).hasSize(THREADS);
  }
}
