package dev.varve.version;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.tree.NodeSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Changes of a branch that are made from commits rather than from edits: merge, revert, cherry-pick
 * and squash. All are one three-way join. Thread-safe.
 */
public final class Rewrites {
  private static final int MAX_ATTEMPTS = 100;
  private static final long MAX_PAUSE_MILLIS = 64;

  private final Repository repository;

  Rewrites(Repository repository) {
    this.repository = repository;
  }

  /** What a branch is to become. */
  private sealed interface Plan {}

  /** A commit that is there already. */
  private record Hold(ContentHash target) implements Plan {}

  /** A new commit: the head with the change from {@code base} to {@code changed}. */
  private record Join(Manifest base, Manifest changed, List<ContentHash> parents) implements Plan {}

  /**
   * Joins another history to a branch. A branch that {@code theirs} descends from (or that is not
   * there) simply moves to it; where the branch reaches it already, nothing changes.
   */
  public CommitOutcome merge(String branch, ContentHash theirs, CommitInfo info) {
    repository.commit(theirs);
    return rewrite(
        RefName.branch(branch),
        Optional.of(theirs),
        info,
        head -> {
          if (repository.reaches(head, theirs)) {
            return new Hold(head);
          }
          if (repository.reaches(theirs, head)) {
            return new Hold(theirs);
          }
          Manifest base =
              repository
                  .mergeBase(head, theirs)
                  .map(this::manifest)
                  .orElse(repository.emptyManifest());
          return new Join(base, manifest(theirs), List.of(head, theirs));
        });
  }

  /** Undoes what a commit changed against its first parent, as a new commit. */
  public CommitOutcome revert(String branch, ContentHash commit, CommitInfo info) {
    Manifest before = firstParent(commit);
    return rewrite(
        RefName.branch(branch),
        Optional.empty(),
        info,
        head -> new Join(manifest(commit), before, List.of(head)));
  }

  /** Does again what a commit changed against its first parent, as a new commit. */
  public CommitOutcome cherryPick(String branch, ContentHash commit, CommitInfo info) {
    Manifest before = firstParent(commit);
    return rewrite(
        RefName.branch(branch),
        Optional.empty(),
        info,
        head -> new Join(before, manifest(commit), List.of(head)));
  }

  private Manifest firstParent(ContentHash commit) {
    List<ContentHash> parents = repository.commit(commit).parents();
    return parents.isEmpty() ? repository.emptyManifest() : manifest(parents.get(0));
  }

  private Manifest manifest(ContentHash commit) {
    return repository.commit(commit).manifest();
  }

  private CommitOutcome rewrite(
      RefName branch,
      Optional<ContentHash> whereAbsent,
      CommitInfo info,
      Function<ContentHash, Plan> planner) {
    repository.requireWritable();
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<RefRecord> record = repository.newest(branch);
      long epoch = repository.backend().refs().epoch(record);
      Optional<ContentHash> head = record.flatMap(RefRecord::target);
      Optional<CommitOutcome> done;
      if (head.isEmpty()) {
        ContentHash target = whereAbsent.orElseThrow(() -> noBranch(branch));
        done = moveTo(branch, record, target, epoch);
      } else {
        Plan plan = planner.apply(head.get());
        if (plan instanceof Join join) {
          done = join(branch, record, head.get(), join, info, epoch);
        } else {
          ContentHash target = ((Hold) plan).target();
          done =
              target.equals(head.get())
                  ? Optional.of(new CommitOutcome.Unchanged(head, branch.name()))
                  : moveTo(branch, record, target, epoch);
        }
      }
      if (done.isPresent()) {
        return done.get();
      }
      repository.environment().pause(Math.min(MAX_PAUSE_MILLIS, 1L << Math.min(attempt, 6)));
    }
    throw BackendException.transientFailure(
        "cannot change "
            + branch.name()
            + ": "
            + MAX_ATTEMPTS
            + " other commits came first; nothing was changed, try again",
        null);
  }

  private NotFoundException noBranch(RefName branch) {
    return new NotFoundException("no branch '" + branch.name() + "' in " + repository.location());
  }

  private Optional<CommitOutcome> moveTo(
      RefName branch, Optional<RefRecord> record, ContentHash target, long epoch) {
    try (BlobWriter writer = repository.backend().blobs().writer(epoch)) {
      Publication publication = new Publication(repository, branch, writer);
      Optional<ContentHash> old = record.flatMap(RefRecord::target);
      // Read before the ref is written: after that, no failure to read may hide that it happened.
      Commit commit = repository.commit(target);
      Changes changes =
          ThreeWay.count(repository.nodes(), old.map(this::manifest), commit.manifest());
      RefOutcome outcome =
          publication.point(
              record, target, old.isPresent(), "merge: fast-forward", new Evidence(epoch));
      if (outcome instanceof RefOutcome.Done) {
        return Optional.of(
            new CommitOutcome.Committed(target, commit, branch.name(), changes, WriteTotals.NONE));
      }
      publication.afterLoss(target, outcome);
      return Optional.empty();
    }
  }

  private Optional<CommitOutcome> join(
      RefName branch,
      Optional<RefRecord> record,
      ContentHash head,
      Join plan,
      CommitInfo info,
      long epoch) {
    try (BlobWriter writer = repository.backend().blobs().writer(epoch)) {
      StagedNodes staged = new StagedNodes(writer, repository.config());
      NodeSource source = repository.nodes().over(staged::find);
      Manifest ours = manifest(head);
      // Ours is what the branch holds: a conflict names it so, though it is theirs that is applied.
      Conflicts conflicts = new Conflicts();
      new ThreeWay(plan.base(), ours, plan.changed(), source, repository.blobs())
          .check(repository.conflictRule(), conflicts);
      if (!conflicts.isEmpty()) {
        return Optional.of(
            new CommitOutcome.Conflicted(
                conflicts.list(), conflicts.complete(), Optional.of(head)));
      }
      Manifest joined =
          new ThreeWay(plan.base(), plan.changed(), ours, source, repository.blobs()).join(staged);
      if (joined.equals(ours) && plan.parents().size() == 1) {
        return Optional.of(new CommitOutcome.Unchanged(Optional.of(head), branch.name()));
      }
      Changes changes = ThreeWay.count(source, Optional.of(ours), joined);
      Publication publication = new Publication(repository, branch, writer);
      Publication.Attempt made =
          publication.attempt(record, plan.parents(), joined, source, info, true);
      staged.flushed();
      if (made.outcome() instanceof RefOutcome.Done) {
        return Optional.of(
            new CommitOutcome.Committed(
                made.id(), made.commit(), branch.name(), changes, writer.totals()));
      }
      publication.afterLoss(made.id(), made.outcome());
      return Optional.empty();
    }
  }

  /**
   * Makes one commit of all that a branch got after {@code from}, up to its head {@code to}. The
   * old commits stay readable by id.
   */
  public CommitOutcome squash(String branch, ContentHash from, ContentHash to, CommitInfo info) {
    repository.requireWritable();
    RefName name = RefName.branch(branch);
    Optional<RefRecord> record = repository.newest(name);
    Optional<ContentHash> head = record.flatMap(RefRecord::target);
    if (head.isEmpty()) {
      throw noBranch(name);
    }
    if (!head.get().equals(to)) {
      throw new InvalidNameException(
          "range to squash",
          from.brief() + ".." + to.brief(),
          "it must end at the head of " + branch + ", " + head.get().brief());
    }
    if (!repository.reaches(to, from)) {
      throw new InvalidNameException(
          "range to squash",
          from.brief() + ".." + to.brief(),
          "it must begin at an ancestor of its end");
    }
    if (from.equals(to)) {
      return new CommitOutcome.Unchanged(head, branch);
    }
    long epoch = repository.backend().refs().epoch(record);
    try (BlobWriter writer = repository.backend().blobs().writer(epoch)) {
      Manifest after = manifest(to);
      Changes changes = ThreeWay.count(repository.nodes(), Optional.of(manifest(from)), after);
      Publication publication = new Publication(repository, name, writer);
      Publication.Attempt made =
          publication.attempt(record, List.of(from), after, repository.nodes(), info, false);
      if (made.outcome() instanceof RefOutcome.Done) {
        return new CommitOutcome.Committed(
            made.id(), made.commit(), branch, changes, writer.totals());
      }
      publication.afterLoss(made.id(), made.outcome());
      throw BackendException.transientFailure(
          "cannot squash " + branch + ": it moved meanwhile; nothing was changed, try again", null);
    }
  }
}
