package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final List<Node> nodes = new ArrayList<>();
  private final List<Integer> indexes = new ArrayList<>();
  private boolean atRoot = true;
  private boolean done;
  private @Nullable Key key;

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
    Key known = key;
    if (known == null) {
      known = top().key(index());
      key = known;
    }
    return known;
  }

  Entry entry() {
    return top().entry(index());
  }

  /** Opens the subtree stood on and stands on its first item within the range. */
  void open() {
    Node node = atRoot ? source.root(root) : source.child(top(), index());
    atRoot = false;
    nodes.add(node);
    indexes.add(from.length == 0 ? 0 : node.search(from));
    settle();
  }

  /** Goes past the item stood on. */
  void skip() {
    if (atRoot) {
      atRoot = false;
      done = true;
      return;
    }
    indexes.set(indexes.size() - 1, index() + 1);
    settle();
  }

  private void settle() {
    key = null;
    while (!nodes.isEmpty() && index() >= top().count()) {
      nodes.remove(nodes.size() - 1);
      indexes.remove(indexes.size() - 1);
      if (!nodes.isEmpty()) {
        indexes.set(indexes.size() - 1, index() + 1);
      }
    }
    done = nodes.isEmpty() || end != null && pastEnd(end);
  }

  /**
   * Whether every key from here on is at or above the end. A subtree's keys are above its left
   * neighbour's last.
   */
  private boolean pastEnd(byte[] limit) {
    if (isEntry()) {
      return Arrays.compareUnsigned(key().raw(), limit) >= 0;
    }
    return index() > 0 && Arrays.compareUnsigned(top().key(index() - 1).raw(), limit) >= 0;
  }

  private Node top() {
    return nodes.get(nodes.size() - 1);
  }

  private int index() {
    return indexes.get(indexes.size() - 1);
  }
}
