package dev.varve.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The differences of two trees, in key order, found on demand. One thread.
 *
 * <p>Both sides are walked together: where both stand on the same subtree, both skip it; else the
 * higher subtree is opened (both, where they are equally high) until both stand on entries, which
 * merge by key. Node ends depend on content alone, so after a difference the sides come to stand on
 * equal subtrees again.
 */
final class TreeDiff implements Iterator<Difference> {
  private final DiffSide before;
  private final DiffSide after;
  private @Nullable Difference next;

  TreeDiff(DiffSide before, DiffSide after) {
    this.before = before;
    this.after = after;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = find();
    }
    return next != null;
  }

  @Override
  public Difference next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("there are no more differences");
    }
    Difference found = next;
    next = null;
    return found;
  }

  private @Nullable Difference find() {
    while (!before.done() || !after.done()) {
      if (before.done()) {
        if (after.isEntry()) {
          return added();
        }
        after.open();
      } else if (after.done()) {
        if (before.isEntry()) {
          return removed();
        }
        before.open();
      } else if (!before.isEntry() || !after.isEntry()) {
        openOrSkip();
      } else {
        boolean inStep = before.inStep(after);
        int order = inStep ? 0 : before.compareKey(after);
        if (order < 0) {
          return removed();
        }
        if (order > 0) {
          return added();
        }
        if (before.sameEntry(after)) {
          if (inStep) {
            before.skipSame(after);
          } else {
            before.skip();
            after.skip();
          }
          continue;
        }
        boolean sure = before.sure(after);
        Difference changed =
            new Difference(before.key(), Optional.of(before.entry()), Optional.of(after.entry()));
        before.skip();
        after.skip();
        if (sure || !changed.before().equals(changed.after())) {
          return changed;
        }
      }
    }
    return null;
  }

  private void openOrSkip() {
    int left = before.level();
    int right = after.level();
    if (left == right && before.subtree().equals(after.subtree())) {
      before.skip();
      after.skip();
      return;
    }
    if (left >= right) {
      before.open();
    }
    if (right >= left) {
      after.open();
    }
  }

  private Difference added() {
    Difference found = new Difference(after.key(), Optional.empty(), Optional.of(after.entry()));
    after.skip();
    return found;
  }

  private Difference removed() {
    Difference found = new Difference(before.key(), Optional.of(before.entry()), Optional.empty());
    before.skip();
    return found;
  }
}
