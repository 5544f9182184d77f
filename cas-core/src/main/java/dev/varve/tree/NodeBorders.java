package dev.varve.tree;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node begins and ends where {@link SplitRule} says, so that its map has this tree alone.
 */
final class NodeBorders {
  private NodeBorders() {}

  /**
   * Checks one node.
   *
   * @param before the key before its first in its level, or null for the first node
   * @param lastOfLevel whether no node of its level follows, so that it need not end by the rule
   */
  static void check(ContentHash hash, Node node, @Nullable Key before, boolean lastOfLevel) {
    if (node.count() == 0) {
      return;
    }
    Node.Keys keys = node.keysFrom(0);
    Key previous = before;
    int size = 0;
    for (int i = 0; i < node.count(); i++) {
      Key key = keys.toKey();
      if (previous != null && previous.compareTo(key) >= 0) {
        throw broken(hash, "its keys begin below those of the node before");
      }
      int sizeBefore = size;
      size +=
          node.level() == 0
              ? SplitRule.leafSize(previous, key, node.entry(i))
              : SplitRule.childSize(previous, key);
      boolean last = i == node.count() - 1;
      boolean ends = SplitRule.endsAfter(node.level(), key, sizeBefore, size);
      if (ends != last && !(last && lastOfLevel)) {
        throw broken(
            hash,
            ends
                ? "it goes on where the split rule ends it"
                : "it ends where the split rule does not");
      }
      previous = key;
      if (!last) {
        keys.next();
      }
    }
  }

  private static CorruptDataException broken(ContentHash hash, String rule) {
    return CorruptDataException.malformed("node", hash.toString(), rule);
  }
}
