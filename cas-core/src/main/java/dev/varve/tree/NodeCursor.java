package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks the nodes of one level of a tree, left to right. Holds one path: as many nodes as the tree
 * is high. One thread.
 */
final class NodeCursor {
  private final NodeSource source;
  private final Node[] path;
  private final int[] index;
  private final int level;

  /** Stands on the first node of {@code level}, which the tree has. */
  NodeCursor(NodeSource source, ContentHash root, int level) {
    this.source = source;
    Node top = source.root(root);
    this.level = level;
    this.path = new Node[top.level() + 1];
    this.index = new int[top.level() + 1];
    path[top.level()] = top;
    descend(top.level());
  }

  /** The node stood on. */
  Node node() {
    return path[level];
  }

  /** The key before the node's first in the tree's level, or null at the very first. */
  @Nullable Key keyBefore() {
    for (int l = level + 1; l < path.length; l++) {
      if (index[l] > 0) {
        return path[l].key(index[l] - 1);
      }
    }
    return null;
  }

  /** Moves to the next node of the level; false where this is the last, and then nothing moves. */
  boolean next() {
    for (int l = level + 1; l < path.length; l++) {
      if (index[l] + 1 < path[l].count()) {
        index[l]++;
        descend(l);
        return true;
      }
    }
    return false;
  }

  /**
   * Moves to the first node whose last key is at or after {@code target}, or to the last node where
   * there is none.
   */
  void seek(byte[] target) {
    int top = path.length - 1;
    for (int l = top; l > level; l--) {
      int at = Math.min(path[l].search(target), path[l].count() - 1);
      if (at != index[l] || path[l - 1] == null) {
        index[l] = at;
        path[l - 1] = source.child(path[l], at);
        Arrays.fill(path, 0, l - 1, null);
      }
    }
  }

  private void descend(int from) {
    for (int l = from; l > level; l--) {
      if (l < from) {
        index[l] = 0;
      }
      path[l - 1] = source.child(path[l], index[l]);
    }
  }
}
