package dev.varve.sync;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings every branch and tag of one repository to another. One thread.
 *
 * <ol>
 *   <li>Read the refs of both. A branch of the receiver must be an ancestor of the sender's; a tag
 *       must be equal or absent. Otherwise nothing moves.
 *   <li>Find the commits that no ref of the receiver reaches. What a ref reaches is whole.
 *   <li>Send what they add, parents before children, skipping what is stored there.
 *   <li>Make it durable; only then move the refs.
 * </ol>
 *
 * Stopped anywhere, it is simply run again: what was sent is found there.
 */
public final class Sync {
  private static final int MAX_ATTEMPTS = 10;

  private final Repository from;
  private final Repository to;
  private final SyncProgress progress;

  /** Copies from {@code from} to {@code to}; both must name objects by the same algorithm. */
  public Sync(Repository from, Repository to, SyncProgress progress) {
    if (from.config().hash() != to.config().hash()) {
      throw BackendException.permanent(
          "cannot copy from "
              + from.location()
              + " to "
              + to.location()
              + ": one names objects by "
              + from.config().hash().label()
              + ", the other by "
              + to.config().hash().label(),
          null);
    }
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /** Says what would be copied, and changes nothing. */
  public SyncReport preview() {
    List<RefMove> moves = moves();
    List<RefMove> diverged = diverged(moves);
    if (!diverged.isEmpty()) {
      return new SyncReport(List.of(), diverged, 0, 0, 0, 0);
    }
    Transfer transfer = new Transfer(from, to.backend().blobs(), null, progress);
    List<ContentHash> commits = commits(moves);
    commits.forEach(transfer::commit);
    return report(moves, commits, transfer);
  }

  /** Copies what is missing and moves the refs. */
  public SyncReport run() {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // The epoch is read before anything is found stored: that is good to this epoch then.
      long epoch = to.backend().refs().epoch(Optional.empty());
      List<RefMove> moves = moves();
      List<RefMove> diverged = diverged(moves);
      if (!diverged.isEmpty()) {
        return new SyncReport(List.of(), diverged, 0, 0, 0, 0);
      }
      try (BlobWriter writer = to.backend().blobs().writer(epoch)) {
        Transfer transfer = new Transfer(from, to.backend().blobs(), writer, progress);
        List<ContentHash> commits = commits(moves);
        commits.forEach(transfer::commit);
        Evidence evidence = writer.flush();
        if (moveAll(moves, evidence)) {
          return report(moves, commits, transfer);
        }
      }
    }
    throw BackendException.transientFailure(
        "cannot copy to "
            + to.location()
            + ": its refs moved each time; what was sent stays, try again",
        null);
  }

  private static SyncReport report(
      List<RefMove> moves, List<ContentHash> commits, Transfer transfer) {
    return new SyncReport(
        moves, List.of(), commits.size(), transfer.objects(), transfer.bytes(), transfer.reused());
  }

  /** Refs that differ, branches first. */
  private List<RefMove> moves() {
    List<RefMove> moves = new ArrayList<>();
    for (RefName.Kind kind : List.of(RefName.Kind.HEADS, RefName.Kind.TAGS)) {
      for (Refs.Named ref : from.refs().list(kind)) {
        Optional<ContentHash> there = to.refs().find(ref.name()).map(Refs.Named::commit);
        if (!there.equals(Optional.of(ref.commit()))) {
          moves.add(new RefMove(ref.name(), there, ref.commit()));
        }
      }
    }
    return moves;
  }

  private List<RefMove> diverged(List<RefMove> moves) {
    return moves.stream().filter(move -> move.from().isPresent() && !isForward(move)).toList();
  }

  private boolean isForward(RefMove move) {
    ContentHash old = move.from().orElseThrow();
    return move.name().kind() == RefName.Kind.HEADS
        && from.isCommit(old)
        && from.reaches(move.to(), old);
  }

  private List<ContentHash> commits(List<RefMove> moves) {
    Set<ContentHash> heads = new LinkedHashSet<>();
    moves.forEach(move -> heads.add(move.to()));
    Set<ContentHash> known = new HashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (Refs.Named ref : to.refs().list(kind)) {
        if (from.isCommit(ref.commit())) {
          known.add(ref.commit());
        }
      }
    }
    return NewCommits.find(from, heads, known);
  }

  /** Moves refs one by one; false where one of them was moved by somebody else meanwhile. */
  private boolean moveAll(List<RefMove> moves, Evidence evidence) {
    for (RefMove move : moves) {
      Optional<RefRecord> record = to.backend().refs().read(move.name());
      if (!record.flatMap(RefRecord::target).equals(move.from())) {
        return false;
      }
      RefChange change =
          new RefChange(
              move.name(),
              Optional.of(move.to()),
              move.from().isPresent(),
              to.environment().nonce(),
              "copied from " + from.location(),
              to.environment().user(),
              to.environment().nowMillis());
      RefOutcome outcome = to.backend().refs().compareAndSet(record, change, evidence);
      if (outcome instanceof RefOutcome.Unknown unknown) {
        throw unknown.why();
      }
      if (!(outcome instanceof RefOutcome.Done)) {
        return false;
      }
    }
    return true;
  }
}
