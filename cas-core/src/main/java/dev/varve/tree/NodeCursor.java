package dev.varve.tree;

import dev.varve.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Walks the nodes of one level of a tree, left to right, and reads each only when it is asked for.
 * Holds one path: as many nodes as the tree is high. One thread.
 */
final class NodeCursor {
  private final NodeSource source;
  private final ContentHash root;
  private final int level;

  /** The nodes stood on, by level, from the root down; null where not read yet. */
  private final @Nullable Node[] path;

  /** Which child of each node is stood on. */
  private final int[] index;

  /** Stands on the first node of {@code level}, which the tree has. */
  NodeCursor(NodeSource source, ContentHash root, int level) {
    this.source = source;
    this.root = root;
    this.level = level;
    Node top = source.root(root);
    this.path = new Node[top.level() + 1];
    this.index = new int[top.level() + 1];
    path[top.level()] = top;
  }

  /** The node stood on. */
  Node node() {
    return at(level);
  }

  /** The hash of the node stood on. */
  ContentHash hash() {
    int above = level + 1;
    return above < path.length ? at(above).childHash(index[above]) : root;
  }

  private Node at(int l) {
    Node known = path[l];
    if (known == null) {
      known = source.child(at(l + 1), index[l + 1]);
      path[l] = known;
    }
    return known;
  }

  /** The key before the node's first in the tree's level, or null at the very first. */
  @Nullable Key keyBefore() {
    for (int l = level + 1; l < path.length; l++) {
      if (index[l] > 0) {
        return at(l).key(index[l] - 1);
      }
    }
    return null;
  }

  /** Moves to the next node of the level; false where this is the last, and then nothing moves. */
  boolean next() {
    for (int l = level + 1; l < path.length; l++) {
      if (index[l] + 1 < at(l).count()) {
        index[l]++;
        for (int below = level; below < l; below++) {
          index[below] = 0;
          path[below] = null;
        }
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
    for (int l = path.length - 1; l > level; l--) {
      int found = Math.min(at(l).search(target), at(l).count() - 1);
      if (found != index[l]) {
        index[l] = found;
        for (int below = level; below < l; below++) {
          path[below] = null;
        }
      }
    }
  }
}
