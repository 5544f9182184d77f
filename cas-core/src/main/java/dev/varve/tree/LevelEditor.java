package dev.varve.tree;

import dev.varve.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites one level of a tree, left to right, and tells the level above which nodes went and which
 * came. One thread; holds one path of the old tree and one open node.
 *
 * <p>Nodes end where {@link SplitRule} says, which depends on a node's own entries and on the key
 * just before its first. So it is enough to
 *
 * <ol>
 *   <li>begin at the old node that an edit falls into: all nodes before it end where they did,
 *   <li>feed its entries, with the edits, into a new node, and go on into the following old nodes,
 *   <li>until a new node ends exactly where an old one ended: the key before the next entry, and so
 *       everything up to the next edit, is as it was.
 * </ol>
 */
final class LevelEditor {
  private final TreeEditor tree;
  private final int level;
  private final @Nullable NodeCursor old;
  private final NodeBuilder open;
  private @Nullable LevelEditor parent;

  /** The key last given to the output, at or before the entry stood on. */
  private @Nullable Key previous;

  private int openBytes;

  /** How many entries of the open node were in the old level. */
  private int kept;

  private int index;
  private Node.@Nullable Keys keys;

  /** Whether the old node stood on is being rewritten, rather than kept as it is. */
  private boolean touching;

  /** Whether any old node was rewritten. */
  private boolean touched;

  /** Whether all old nodes are used up. */
  private boolean ended;

  private long received;
  private @Nullable Child onlyChild;

  LevelEditor(TreeEditor tree, int level, @Nullable NodeCursor old) {
    this.tree = tree;
    this.level = level;
    this.old = old;
    this.open = new NodeBuilder(level);
    this.ended = old == null;
    this.touching = ended;
  }

  int level() {
    return level;
  }

  /** The level above, or null where nothing was said to it. */
  @Nullable LevelEditor parent() {
    return parent;
  }

  /** Whether anything of the old level was rewritten. */
  boolean touched() {
    return touched;
  }

  /** How many children were added to this level. */
  long received() {
    return received;
  }

  /** The last child added. */
  @Nullable Child onlyChild() {
    return onlyChild;
  }

  /** Sets a key of a leaf level; nothing is touched where it is so already. */
  void put(Key key, Entry entry) {
    if (!touching && holds(key, entry)) {
      return;
    }
    advanceTo(key);
    if (standsOn(key)) {
      pass(tree.required(old).node());
    }
    feed(key, entry);
  }

  /** Removes a key of a leaf level; nothing is touched where it is absent. */
  void delete(Key key) {
    if (!touching && !holds(key, null)) {
      return;
    }
    advanceTo(key);
    if (standsOn(key)) {
      pass(tree.required(old).node());
    }
  }

  /** Whether the untouched old level has the key (with the entry, where one is given). */
  private boolean holds(Key key, @Nullable Entry entry) {
    NodeCursor cursor = tree.required(old);
    cursor.seek(key.raw());
    Node node = cursor.node();
    int at = node.search(key.raw());
    return at < node.count()
        && node.key(at).equals(key)
        && (entry == null || node.entry(at).equals(entry));
  }

  /**
   * Removes the child with a last key, which the old level has; nothing may stand before it unread.
   */
  private void drop(Key key) {
    advanceTo(key);
    if (!standsOn(key)) {
      throw new IllegalStateException("level " + level + " has no child that ends with " + key);
    }
    pass(tree.required(old).node());
  }

  /** Adds a new child where the level stands. */
  private void add(Key lastKey, Child child) {
    received++;
    onlyChild = child;
    feed(lastKey, child);
  }

  private boolean standsOn(Key key) {
    return !ended
        && touching
        && index < tree.required(old).node().count()
        && keys().compareTo(key) == 0;
  }

  /** The keys of the old node stood on, from {@code index} on. */
  private Node.Keys keys() {
    Node.Keys at = keys;
    if (at == null) {
      at = tree.required(old).node().keysFrom(index);
      keys = at;
    }
    return at;
  }

  /** Passes the old entry stood on. */
  private void pass(Node node) {
    index++;
    if (index < node.count() && keys != null) {
      keys.next();
    }
  }

  /** Brings every old entry before {@code key} into the output, touching only what must be. */
  private void advanceTo(Key key) {
    while (!ended) {
      NodeCursor cursor = tree.required(old);
      if (!touching) {
        cursor.seek(key.raw());
        touch();
      }
      Node node = cursor.node();
      // One after the other: all of them are read for the output anyway.
      while (index < node.count() && keys().compareTo(key) < 0) {
        keep(node);
      }
      if (index < node.count()) {
        return;
      }
      if (!step()) {
        return;
      }
    }
  }

  private void copyRest(Node node) {
    while (index < node.count()) {
      keep(node);
    }
  }

  /** Brings the old entry stood on into the output. */
  private void keep(Node node) {
    kept++;
    feed(keys().toKey(), node.slot(index));
    pass(node);
  }

  /** Leaves a used-up old node for the next one; false where there is none. */
  private boolean step() {
    NodeCursor cursor = tree.required(old);
    boolean inStep = open.isEmpty() && cursor.node().lastKey().equals(previous);
    if (!cursor.next()) {
      ended = true;
      return false;
    }
    if (inStep) {
      touching = false;
    } else {
      touch();
    }
    return true;
  }

  /** Begins to rewrite the old node stood on: its parent loses it before anything replaces it. */
  private void touch() {
    NodeCursor cursor = tree.required(old);
    if (!touching) {
      previous = cursor.keyBefore();
      touching = true;
      touched = true;
    }
    index = 0;
    keys = null;
    if (level < tree.height()) {
      above().drop(cursor.node().lastKey());
    }
  }

  private void feed(Key key, Slot slot) {
    int before = openBytes;
    openBytes +=
        slot instanceof Entry entry
            ? SplitRule.leafSize(previous, key, entry)
            : SplitRule.childSize(previous, key);
    open.add(key, slot);
    previous = key;
    if (SplitRule.endsAfter(level, key, before, openBytes)) {
      close();
    }
  }

  private void close() {
    byte[] bytes = open.toBytes();
    ContentHash hash = tree.source().algorithm().hash(bytes);
    Node node = tree.source().remember(hash, bytes);
    // A hint that is no help costs whoever takes it a look at both.
    tree.write(hash, node.bytes(), old != null && 2 * kept > node.count() ? old.hash() : null);
    kept = 0;
    Key lastKey = open.lastKey();
    open.clear();
    openBytes = 0;
    above().add(lastKey, new Child(hash, node.totals()));
  }

  private LevelEditor above() {
    LevelEditor up = parent;
    if (up == null) {
      up = tree.level(level + 1);
      parent = up;
    }
    return up;
  }

  /** Brings the rest into the output as far as it changes, and closes the last node. */
  void finish() {
    while (touching && !ended) {
      Node node = tree.required(old).node();
      copyRest(node);
      step();
    }
    if (!open.isEmpty()) {
      close();
    }
  }
}
