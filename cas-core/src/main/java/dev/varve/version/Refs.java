package dev.varve.version;

import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Branches and tags: names for commits. Thread-safe. */
public final class Refs {
  private final RefStore store;
  private final Repository repository;

  Refs(RefStore store, Repository repository) {
    this.store = store;
    this.repository = repository;
  }

  /** A ref that has a target. Immutable. */
  public record Named(RefName name, ContentHash commit, RefRecord record) {}

  /** What became of an edit of a ref. Immutable. */
  public sealed interface RefEdit {
    /** It was done, durably. */
    record Done(Named ref) implements RefEdit {}

    /** It was removed, durably; {@code ref} is what it was. */
    record Removed(Named ref) implements RefEdit {}

    /** The name is taken; nothing was changed. */
    record Exists(Named ref) implements RefEdit {}

    /** There is no such ref. */
    record Absent(RefName name) implements RefEdit {}

    /** Somebody else moved the ref meanwhile; nothing was changed. */
    record Raced(RefName name) implements RefEdit {}
  }

  /** All refs of a kind that have a target, in order of name. */
  public List<Named> list(RefName.Kind kind) {
    List<Named> named = new ArrayList<>();
    for (RefRecord record : store.list(kind)) {
      record.target().ifPresent(target -> named.add(new Named(record.name(), target, record)));
    }
    return named;
  }

  /** The ref with a name, if it has a target. */
  public Optional<Named> find(RefName name) {
    return repository
        .newest(name)
        .flatMap(record -> record.target().map(target -> new Named(name, target, record)));
  }

  /** Every record of a ref, newest first. */
  public Iterator<RefRecord> log(RefName name) {
    return store.log(name);
  }

  /**
   * Commits from which every target that a ref has, or had as far as its log goes back, is reached.
   * One record is read for each time that the ref did not simply move forward.
   */
  public List<ContentHash> roots(RefName name) {
    List<ContentHash> roots = new ArrayList<>();
    Optional<RefRecord> newest = store.read(name);
    long floor = newest.map(RefRecord::floor).orElse(1L);
    for (Optional<RefRecord> at = newest; at.isPresent(); ) {
      RefRecord record = at.get();
      record.target().ifPresent(roots::add);
      at = record.base() > floor ? store.read(name, record.base() - 1) : Optional.empty();
    }
    return roots;
  }

  /** Gives a new name to a commit. */
  public RefEdit create(RefName name, ContentHash commit, String reason) {
    Optional<RefRecord> old = store.read(name);
    if (old.isPresent() && old.get().target().isPresent()) {
      return new RefEdit.Exists(new Named(name, old.get().target().get(), old.get()));
    }
    return set(name, old, commit, reason);
  }

  /** Makes a branch hold a commit, whatever it held; a tag is never moved. */
  public RefEdit move(RefName name, ContentHash commit, String reason) {
    if (name.kind() == RefName.Kind.TAGS) {
      throw new IllegalArgumentException("a tag is never moved: " + name);
    }
    return set(name, store.read(name), commit, reason);
  }

  /** Takes the name away; the commits stay. */
  public RefEdit delete(RefName name, String reason) {
    Optional<RefRecord> old = store.read(name);
    if (old.isEmpty() || old.get().target().isEmpty()) {
      return new RefEdit.Absent(name);
    }
    Named was = new Named(name, old.get().target().get(), old.get());
    RefEdit done =
        write(name, old, Optional.empty(), false, reason, new Evidence(store.epoch(old)));
    return done instanceof RefEdit.Absent ? new RefEdit.Removed(was) : done;
  }

  private RefEdit set(RefName name, Optional<RefRecord> old, ContentHash commit, String reason) {
    // The epoch is read before the commit is: what is found stored then is good to that epoch.
    Evidence evidence = new Evidence(store.epoch(old));
    repository.commit(commit);
    Optional<ContentHash> from = old.flatMap(RefRecord::target);
    boolean forward = from.isPresent() && follows(commit, from.get());
    return write(name, old, Optional.of(commit), forward, reason, evidence);
  }

  /** A ref whose commit is lost can be moved all the same; what was lost stays in its log. */
  private boolean follows(ContentHash commit, ContentHash old) {
    try {
      return repository.reaches(commit, old);
    } catch (MissingBlobException | CorruptDataException lost) {
      return false;
    }
  }

  private RefEdit write(
      RefName name,
      Optional<RefRecord> old,
      Optional<ContentHash> target,
      boolean forward,
      String reason,
      Evidence evidence) {
    repository.requireWritable();
    Environment environment = repository.environment();
    RefChange change =
        new RefChange(
            name,
            target,
            forward,
            environment.nonce(),
            reason,
            environment.user(),
            environment.nowMillis(),
            target.map(id -> repository.carriedWith(id, store.carries())).orElse(List.of()));
    RefOutcome outcome = store.compareAndSet(old, change, evidence);
    if (outcome instanceof RefOutcome.Done done) {
      return target.isPresent()
          ? new RefEdit.Done(new Named(name, target.get(), done.record()))
          : new RefEdit.Absent(name);
    }
    if (outcome instanceof RefOutcome.Unknown unknown) {
      throw unknown.why();
    }
    if (outcome instanceof RefOutcome.Overtaken overtaken) {
      throw BackendException.transientFailure(
          "cannot write "
              + name
              + ": collections went on to epoch "
              + overtaken.epoch()
              + " meanwhile; try again",
          null);
    }
    return new RefEdit.Raced(name);
  }
}
