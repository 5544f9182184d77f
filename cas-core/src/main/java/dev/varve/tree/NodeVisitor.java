package dev.varve.tree;

import dev.varve.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Is shown the nodes and entries of a tree in order, and says which subtrees to pass over. One
 * thread.
 */
public interface NodeVisitor {
  /**
   * A node that the walk comes to, before it is read.
   *
   * @return whether to read it and go into it
   */
  boolean enter(ContentHash node);

  /** A node that was read and found right, before its entries or children. */
  default void node(ContentHash node, int level, int bytes) {}

  /** An entry of a leaf that was entered. */
  void entry(Key key, Entry entry);

  /**
   * A node that could not be read: missing, damaged, or not what its parent says. The walk goes on
   * beside it.
   *
   * @param after the last key before those below the node, or null where it is the first of its
   *     level
   * @param lastKey the last key below the node as its parent says, or null for a root
   * @param failure a {@link dev.varve.error.MissingBlobException} or {@link
   *     dev.varve.error.CorruptDataException}
   */
  default void unreadable(
      ContentHash node, @Nullable Key after, @Nullable Key lastKey, RuntimeException failure) {
    throw failure;
  }
}
