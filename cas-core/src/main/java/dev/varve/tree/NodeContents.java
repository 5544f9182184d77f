package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything in one node, decoded, for people to look at. Immutable.
 *
 * @param level 0 for a leaf
 * @param bytes length of the encoded node
 * @param entries what a leaf holds; none in an interior node
 * @param children what an interior node holds; none in a leaf
 */
public record NodeContents(int level, int bytes, List<KeyEntry> entries, List<Below> children) {
  /** A subtree: its last key, its root node, and how much it holds. Immutable. */
  public record Below(Key lastKey, ContentHash hash, Totals totals) {}

  static NodeContents of(Node node) {
    List<KeyEntry> entries = new ArrayList<>();
    List<Below> children = new ArrayList<>();
    for (int i = 0; i < node.count(); i++) {
      if (node.level() == 0) {
        entries.add(new KeyEntry(node.key(i), node.entry(i)));
      } else {
        children.add(new Below(node.key(i), node.childHash(i), node.childTotals(i)));
      }
    }
    return new NodeContents(node.level(), node.bytes().remaining(), entries, children);
  }
}
