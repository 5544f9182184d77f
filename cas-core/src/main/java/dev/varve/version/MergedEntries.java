package dev.varve.version;

import dev.varve.tree.KeyEntry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Two ordered rows of entries without a common key, as one ordered row. One thread. */
final class MergedEntries implements Iterator<KeyEntry> {
  private final Iterator<KeyEntry> left;
  private final Iterator<KeyEntry> right;
  private @Nullable KeyEntry nextLeft;
  private @Nullable KeyEntry nextRight;

  MergedEntries(Iterator<KeyEntry> left, Iterator<KeyEntry> right) {
    this.left = left;
    this.right = right;
    nextLeft = advance(left);
    nextRight = advance(right);
  }

  @Override
  public boolean hasNext() {
    return nextLeft != null || nextRight != null;
  }

  @Override
  public KeyEntry next() {
    KeyEntry a = nextLeft;
    KeyEntry b = nextRight;
    if (a != null && (b == null || a.key().compareTo(b.key()) < 0)) {
      nextLeft = advance(left);
      return a;
    }
    if (b == null) {
      throw new NoSuchElementException("there are no more entries");
    }
    nextRight = advance(right);
    return b;
  }

  private static @Nullable KeyEntry advance(Iterator<KeyEntry> row) {
    return row.hasNext() ? row.next() : null;
  }
}
