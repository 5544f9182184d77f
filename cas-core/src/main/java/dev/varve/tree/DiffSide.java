package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One tree of a diff, seen as a row of items in key order: subtrees not yet opened and leaf
 * entries. Opening the item stood on replaces it by its children. Holds one path. One thread.
 */
final class DiffSide {
  private final NodeSource source;
  private final ContentHash root;
  private final byte[] from;
  private final byte @Nullable [] end;

  // The path stood on: depth nodes, and which item of each. Levels fall, so this many are enough.
  private final @Nullable Node[] nodes = new Node[NodeCodec.MAX_LEVEL + 1];
  private final int[] indexes = new int[NodeCodec.MAX_LEVEL + 1];
  private int depth;

  // Keys of the leaf stood in are decoded one after the other.
  private Node.@Nullable Keys keys;
  private int keysAt;

  // The leaves of both sides that were compared last, and whether their keys are the same.
  private @Nullable Node compared;
  private @Nullable Node comparedWith;
  private boolean same;
  private boolean atRoot = true;
  private boolean done;

  DiffSide(NodeSource source, ContentHash root, byte[] prefix) {
    this.source = source;
    this.root = root;
    this.from = prefix.clone();
    Optional<byte[]> above = Tree.endOf(prefix);
    this.end = above.isPresent() ? above.get() : null;
  }

  boolean done() {
    return done;
  }

  /** Level of the subtree stood on, or -1 for an entry. */
  int level() {
    return atRoot ? source.root(root).level() : top().level() - 1;
  }

  boolean isEntry() {
    return level() < 0;
  }

  /** The subtree stood on. */
  ContentHash subtree() {
    return atRoot ? root : top().childHash(index());
  }

  /** The key of the entry stood on. */
  Key key() {
    return keys().toKey();
  }

  private Node.Keys keys() {
    Node.Keys at = keys;
    int index = index();
    // Far ahead the next restart point is nearer.
    if (at == null || index - keysAt >= NodeCodec.RESTART) {
      at = top().keysFrom(index);
      keysAt = index;
      keys = at;
    }
    for (; keysAt < index; keysAt++) {
      at.next();
    }
    return at;
  }

  /**
   * Whether both stand on entries with the same key, at the same place of leaves with the same
   * keys: then no key need be read to know it. False where that is not so.
   */
  boolean inStep(DiffSide other) {
    if (index() != other.index()) {
      return false;
    }
    Node mine = top();
    Node theirs = other.top();
    if (mine != compared || theirs != comparedWith) {
      compared = mine;
      comparedWith = theirs;
      same = mine.sameKeys(theirs);
    }
    return same;
  }

  /** Goes past the entries that are surely equal on both sides, which are in step. */
  void skipSame(DiffSide other) {
    int to = top().firstUnlike(index(), other.top());
    indexes[depth - 1] = to;
    other.indexes[other.depth - 1] = to;
    settle();
    other.settle();
  }

  /** Whether {@link #sameEntry} is sure that entries differ where it says no. */
  boolean sure(DiffSide other) {
    return top().comparable(other.top());
  }

  /** Order of the keys of two entries stood on. */
  int compareKey(DiffSide other) {
    Node.Keys mine = keys();
    Node.Keys theirs = other.keys();
    return Arrays.compareUnsigned(mine.raw(), 0, mine.length(), theirs.raw(), 0, theirs.length());
  }

  /** Whether both surely stand on equal entries: cheap, and false where unsure. */
  boolean sameEntry(DiffSide other) {
    return top().sameBlob(index(), other.top(), other.index());
  }

  Entry entry() {
    return top().entry(index());
  }

  /** Opens the subtree stood on and stands on its first item within the range. */
  void open() {
    Node node = atRoot ? source.root(root) : source.child(top(), index());
    atRoot = false;
    nodes[depth] = node;
    indexes[depth] = from.length == 0 ? 0 : node.search(from);
    depth++;
    keys = null;
    settle();
  }

  /** Goes past the item stood on. */
  void skip() {
    if (atRoot) {
      atRoot = false;
      done = true;
      return;
    }
    indexes[depth - 1]++;
    settle();
  }

  private void settle() {
    while (depth > 0 && index() >= top().count()) {
      depth--;
      nodes[depth] = null;
      keys = null;
      if (depth > 0) {
        indexes[depth - 1]++;
      }
    }
    done = depth == 0 || end != null && pastEnd(end);
  }

  /**
   * Whether every key from here on is at or above the end. A subtree's keys are above its left
   * neighbour's last.
   */
  private boolean pastEnd(byte[] limit) {
    if (isEntry()) {
      Node.Keys at = keys();
      return Arrays.compareUnsigned(at.raw(), 0, at.length(), limit, 0, limit.length) >= 0;
    }
    return index() > 0 && Arrays.compareUnsigned(top().key(index() - 1).raw(), limit) >= 0;
  }

  private Node top() {
    return Objects.requireNonNull(nodes[depth - 1]);
  }

  private int index() {
    return indexes[depth - 1];
  }
}
