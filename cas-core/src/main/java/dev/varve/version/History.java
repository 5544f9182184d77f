package dev.varve.version;

import dev.varve.hash.ContentHash;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;

/**
 * Walks commits by generation, children before parents, so no clock decides. Thread-safe; each
 * iterator belongs to one thread and holds the commits that are open side by side.
 */
final class History {
  private static final Comparator<Logged> NEWEST_FIRST =
      Comparator.<Logged>comparingLong(l -> l.commit().generation())
          .thenComparingLong(l -> l.commit().timeMillis())
          .thenComparing(Logged::id)
          .reversed();

  private final Function<ContentHash, Commit> commits;

  History(Function<ContentHash, Commit> commits) {
    this.commits = commits;
  }

  /** Every commit reached from some, once each. */
  Iterator<Logged> from(Collection<ContentHash> heads) {
    PriorityQueue<Logged> open = new PriorityQueue<>(NEWEST_FIRST);
    // A commit is below all its children, so one that is met again is still waiting then.
    Set<ContentHash> waiting = new HashSet<>();
    heads.forEach(head -> add(open, waiting, head));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !open.isEmpty();
      }

      @Override
      public Logged next() {
        Logged next = open.poll();
        if (next == null) {
          throw new NoSuchElementException("there are no more commits");
        }
        waiting.remove(next.id());
        addParents(open, waiting, next);
        return next;
      }
    };
  }

  private void add(PriorityQueue<Logged> open, Set<ContentHash> waiting, ContentHash id) {
    if (waiting.add(id)) {
      open.add(new Logged(id, commits.apply(id)));
    }
  }

  private void addParents(PriorityQueue<Logged> open, Set<ContentHash> waiting, Logged child) {
    for (ContentHash id : child.commit().parents()) {
      if (waiting.add(id)) {
        Commit parent = commits.apply(id);
        child.commit().requireOlder(child.id(), id, parent);
        open.add(new Logged(id, parent));
      }
    }
  }

  /** Whether {@code ancestor} is {@code descendant} or is reached from it. */
  boolean reaches(ContentHash descendant, ContentHash ancestor) {
    long generation = commits.apply(ancestor).generation();
    Iterator<Logged> all = from(List.of(descendant));
    while (all.hasNext()) {
      Logged next = all.next();
      if (next.id().equals(ancestor)) {
        return true;
      }
      if (next.commit().generation() < generation) {
        return false;
      }
    }
    return false;
  }

  /**
   * A commit reached from both and from no other such, or empty. Where several are, the one that
   * the walk meets first is taken, which is the same on every machine.
   */
  Optional<ContentHash> mergeBase(ContentHash a, ContentHash b) {
    Map<ContentHash, Integer> sides = new HashMap<>();
    PriorityQueue<Logged> open = new PriorityQueue<>(NEWEST_FIRST);
    Set<ContentHash> waiting = new HashSet<>();
    sides.merge(a, 1, (x, y) -> x | y);
    sides.merge(b, 2, (x, y) -> x | y);
    add(open, waiting, a);
    add(open, waiting, b);
    for (Logged next = open.poll(); next != null; next = open.poll()) {
      int from = sides.get(next.id());
      if (from == 3) {
        return Optional.of(next.id());
      }
      sides.remove(next.id());
      waiting.remove(next.id());
      next.commit().parents().forEach(parent -> sides.merge(parent, from, (x, y) -> x | y));
      addParents(open, waiting, next);
    }
    return Optional.empty();
  }
}
