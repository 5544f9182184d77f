package dev.varve.tree;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Visits a tree depth first, left to right, holding one path. One thread. */
final class NodeWalk {
  private final NodeSource source;
  private final byte[] prefix;
  private final byte @Nullable [] end;
  private final Optional<Tree> known;
  private final NodeVisitor visitor;

  NodeWalk(NodeSource source, byte[] prefix, Optional<Tree> known, NodeVisitor visitor) {
    this.source = source;
    this.prefix = prefix.clone();
    Optional<byte[]> above = Tree.endOf(prefix);
    this.end = above.isPresent() ? above.get() : null;
    this.known = known;
    this.visitor = visitor;
  }

  void visitRoot(ContentHash root) {
    if (known.isPresent() && known.get().root().equals(root)) {
      return;
    }
    if (!visitor.enter(root)) {
      return;
    }
    Node node;
    try {
      node = source.root(root);
      NodeBorders.check(root, node, null, true);
    } catch (MissingBlobException | CorruptDataException failure) {
      visitor.unreadable(root, null, null, failure);
      return;
    }
    inside(root, node, null, true);
  }

  private void visitChild(Node parent, int index, @Nullable Key lower, boolean lastOfLevel) {
    ContentHash hash = parent.childHash(index);
    Key lastKey = parent.key(index);
    if (knownAt(hash, parent.level() - 1, lastKey) || !visitor.enter(hash)) {
      return;
    }
    Node node;
    try {
      node = source.child(parent, index);
      NodeBorders.check(hash, node, lower, lastOfLevel);
    } catch (MissingBlobException | CorruptDataException failure) {
      visitor.unreadable(hash, lower, lastKey, failure);
      return;
    }
    inside(hash, node, lower, lastOfLevel);
  }

  private boolean knownAt(ContentHash hash, int level, Key lastKey) {
    return known.isPresent() && known.get().surelyHolds(hash, level, lastKey);
  }

  private boolean knownEntry(Key key, Entry entry) {
    try {
      return known.isPresent() && known.get().get(key).filter(entry::equals).isPresent();
    } catch (MissingBlobException | CorruptDataException unreadable) {
      return false;
    }
  }

  /**
   * @param lower the key before the node's first in its level, or null for the first node
   * @param lastOfLevel whether no node of its level follows
   */
  private void inside(ContentHash hash, Node node, @Nullable Key lower, boolean lastOfLevel) {
    visitor.node(hash, node.level(), node.bytes().remaining());
    int from = node.search(prefix);
    for (int i = from; i < node.count(); i++) {
      if (node.level() > 0) {
        if (i > from && end != null && Arrays.compareUnsigned(node.key(i - 1).raw(), end) >= 0) {
          return;
        }
        visitChild(node, i, i > 0 ? node.key(i - 1) : lower, lastOfLevel && i == node.count() - 1);
      } else {
        Key key = node.key(i);
        if (!key.startsWith(prefix)) {
          return;
        }
        Entry entry = node.entry(i);
        if (!knownEntry(key, entry)) {
          visitor.entry(key, entry);
        }
      }
    }
  }
}
