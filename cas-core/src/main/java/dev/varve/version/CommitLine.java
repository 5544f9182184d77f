package dev.varve.version;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.ref.FlushingRefStore;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.tree.NodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Where threads stand that commit to a branch. Who comes first leads: it builds the commits of all
 * who stand there by then, each upon the one before, and moves the branch once, to the last, as far
 * as the store says that this pays ({@link RefStore#together}). So one round trip acknowledges all.
 * Thread-safe.
 *
 * <p>The order is kept: the branch is written when everything of every commit is durable. A
 * conflict is told only against what the branch holds, not against a commit that may yet fail; what
 * fails for one thread fails for it alone.
 */
final class CommitLine {
  private static final int MAX_ATTEMPTS = 1000;
  private static final long MAX_PAUSE_MILLIS = 64;

  private final Repository repository;

  /** Guarded by itself. */
  private final Map<RefName, List<Waiting>> lines = new HashMap<>();

  CommitLine(Repository repository) {
    this.repository = repository;
  }

  /** A transaction that is to be committed. Its thread does nothing until it is settled. */
  private static final class Waiting {
    final Thread thread = Thread.currentThread();
    final Transaction transaction;
    final CommitInfo info;

    /** Empty where its thread is to see to it itself. */
    final CompletableFuture<Optional<CommitOutcome>> result = new CompletableFuture<>();

    Waiting(Transaction transaction, CommitInfo info) {
      this.transaction = transaction;
      this.info = info;
    }

    void settle(CommitOutcome outcome) {
      result.complete(Optional.of(outcome));
    }

    void fail(Throwable why) {
      result.completeExceptionally(why);
    }

    void release() {
      result.complete(Optional.empty());
    }

    /** Whether nobody else will see to it, and nothing became of it. */
    boolean released() {
      return result.isDone()
          && !result.isCompletedExceptionally()
          && result.getNow(Optional.empty()).isEmpty();
    }

    Optional<CommitOutcome> await() {
      try {
        return result.join();
      } catch (CompletionException failed) {
        if (failed.getCause() instanceof RuntimeException known) {
          throw known;
        }
        if (failed.getCause() instanceof Error known) {
          throw known;
        }
        throw failed;
      }
    }
  }

  /** A commit that is with its writer, and not on the branch yet. */
  private record Built(Waiting of, Transaction.Joined.Made made) {}

  /** Commits a transaction whose edits are staged. */
  CommitOutcome commit(RefName branch, Transaction transaction, CommitInfo info) {
    RefStore refs = repository.backend().refs();
    while (true) {
      Waiting mine = new Waiting(transaction, info);
      enter(branch, mine);
      try (RefStore.Turn turn = refs.turn(branch)) {
        if (!mine.result.isDone()) {
          turn.begin();
          List<Waiting> lot = claim(branch, mine, refs.together());
          if (!lot.isEmpty()) {
            lead(branch, turn, lot);
          }
        }
      } catch (RuntimeException | Error failed) {
        // What became of this thread's commit is what counts: it may be done already, or another
        // thread may be at it. And nobody may begin with it once its thread is gone.
        if (leave(branch, mine) || mine.released()) {
          throw failed;
        }
      }
      Optional<CommitOutcome> outcome = mine.await();
      if (outcome.isPresent()) {
        return outcome.get();
      }
    }
  }

  private void enter(RefName branch, Waiting mine) {
    synchronized (lines) {
      lines.computeIfAbsent(branch, name -> new ArrayList<>()).add(mine);
    }
  }

  /** Whether it stood in line still. */
  private boolean leave(RefName branch, Waiting mine) {
    synchronized (lines) {
      List<Waiting> line = lines.get(branch);
      boolean stood = line != null && line.remove(mine);
      if (stood && line.isEmpty()) {
        lines.remove(branch);
      }
      return stood;
    }
  }

  /** This thread's and those of others who wait; none where another leads this thread's. */
  private List<Waiting> claim(RefName branch, Waiting mine, int most) {
    List<Waiting> lot = new ArrayList<>();
    synchronized (lines) {
      List<Waiting> line = lines.get(branch);
      if (line != null && line.remove(mine)) {
        lot.add(mine);
        while (lot.size() < most && !line.isEmpty()) {
          lot.add(line.remove(0));
        }
        if (line.isEmpty()) {
          lines.remove(branch);
        }
      }
    }
    return lot;
  }

  private void lead(RefName branch, RefStore.Turn turn, List<Waiting> lot) {
    List<Waiting> open = new ArrayList<>(lot);
    try {
      for (int attempt = 0; attempt < MAX_ATTEMPTS && !open.isEmpty(); attempt++) {
        Optional<RefRecord> head = newest(branch, open);
        head.ifPresent(record -> Carried.learn(repository, record));
        List<Built> built = build(head, open);
        if (!built.isEmpty() && !publish(head, built, open)) {
          repository.environment().pause(Math.min(MAX_PAUSE_MILLIS, 1L << Math.min(attempt, 6)));
          turn.begin();
        }
      }
      for (Waiting each : open) {
        each.fail(
            BackendException.transientFailure(
                "cannot commit to "
                    + branch.name()
                    + ": "
                    + MAX_ATTEMPTS
                    + " other commits came first; nothing was changed, try again",
                null));
      }
    } finally {
      lot.forEach(Waiting::release);
    }
  }

  /** The newest record that any of them knows, or that the store can tell at little cost. */
  private Optional<RefRecord> newest(RefName branch, List<Waiting> open) {
    Optional<RefRecord> newest = repository.backend().refs().recent(branch);
    for (Waiting each : open) {
      Optional<RefRecord> known = each.transaction.head();
      if (known.isPresent() && known.get().number() > newest.map(RefRecord::number).orElse(0L)) {
        newest = known;
      }
    }
    return newest;
  }

  /** Builds each upon the one before. Who is settled, or fails, is taken from {@code open}. */
  private List<Built> build(Optional<RefRecord> head, List<Waiting> open) {
    NodeSource nodes = nodes(open);
    List<Built> built = new ArrayList<>();
    Optional<Publication.Written> before = Optional.empty();
    for (Waiting each : List.copyOf(open)) {
      try {
        Transaction.Joined joined = each.transaction.join(head, before, nodes, each.info);
        if (joined instanceof Transaction.Joined.Made made) {
          built.add(new Built(each, made));
          before = Optional.of(made.written());
        } else if (joined instanceof Transaction.Joined.Settled settled) {
          each.settle(settled.outcome());
          open.remove(each);
        }
      } catch (RuntimeException | Error failed) {
        drop(each, failed, open);
      }
    }
    return built;
  }

  /** What is stored, and what they have put and not flushed. */
  private NodeSource nodes(List<Waiting> open) {
    if (open.size() == 1) {
      return open.get(0).transaction.nodes();
    }
    List<Transaction> all = open.stream().map(each -> each.transaction).toList();
    return repository
        .nodes()
        .over(hash -> all.stream().flatMap(each -> each.unflushed(hash).stream()).findFirst());
  }

  /** Tries once to move the branch; true where that is not to be waited after. */
  private boolean publish(Optional<RefRecord> head, List<Built> built, List<Waiting> open) {
    Built last = built.get(built.size() - 1);
    RefOutcome outcome;
    try {
      if (built.size() == 1) {
        outcome = last.of.transaction.flushAndSet(head, change(head, built));
      } else if (repository.backend().refs() instanceof FlushingRefStore refs) {
        List<BlobWriter> writers =
            built.stream().map(each -> each.of.transaction.writer()).toList();
        outcome = refs.flushAndSet(writers, head, change(head, built));
      } else {
        Optional<Evidence> evidence = flushed(built, open);
        if (evidence.isEmpty()) {
          return true;
        }
        outcome =
            repository.backend().refs().compareAndSet(head, change(head, built), evidence.get());
      }
    } catch (RuntimeException | Error failed) {
      // Nothing happened. The others may have better luck, or learn the reason themselves.
      drop(built.get(0).of, failed, open);
      for (Built each : built) {
        each.of.release();
        open.remove(each.of);
      }
      return true;
    }
    for (Built each : built) {
      try {
        each.of.transaction.published(each.made, outcome).ifPresent(each.of::settle);
      } catch (RuntimeException | Error failed) {
        each.of.fail(failed);
      }
      if (each.of.result.isDone()) {
        open.remove(each.of);
      }
    }
    return outcome instanceof RefOutcome.Done;
  }

  private static RefChange change(Optional<RefRecord> head, List<Built> built) {
    Transaction.Joined.Made last = built.get(built.size() - 1).made;
    return built
        .get(0)
        .of
        .transaction
        .change(
            last.written(),
            head.flatMap(RefRecord::target).isPresent(),
            "commit: "
                + Publication.firstLine(built.get(built.size() - 1).of.info.message())
                + (built.size() == 1 ? "" : " (and " + (built.size() - 1) + " before it)"));
  }

  /** Makes all durable; empty where one failed, whose commit the later ones were built upon. */
  private static Optional<Evidence> flushed(List<Built> built, List<Waiting> open) {
    Evidence weakest = new Evidence(Long.MAX_VALUE);
    boolean whole = true;
    for (Built each : built) {
      try {
        weakest = weakest.and(each.of.transaction.flush());
      } catch (RuntimeException | Error failed) {
        drop(each.of, failed, open);
        whole = false;
      }
    }
    return whole ? Optional.of(weakest) : Optional.empty();
  }

  /**
   * Ends the work on one of them. That this thread was told to stop is no matter of the others, who
   * see to theirs themselves then.
   */
  private static void drop(Waiting each, Throwable failed, List<Waiting> open) {
    if (Thread.currentThread().isInterrupted() && each.thread != Thread.currentThread()) {
      each.release();
    } else {
      each.fail(failed);
    }
    open.remove(each);
  }
}
