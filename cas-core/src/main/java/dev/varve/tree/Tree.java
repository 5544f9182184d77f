package dev.varve.tree;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** An immutable sorted map from key to entry, named by its root. Thread-safe. */
public final class Tree {
  private final NodeSource source;
  private final ContentHash root;

  /** The tree with {@code root}, whose nodes are read from {@code source} as they are needed. */
  public Tree(NodeSource source, ContentHash root) {
    this.source = source;
    this.root = root;
  }

  /** The hash of the root node. */
  public ContentHash root() {
    return root;
  }

  /** The entry of a key. Reads as many nodes as the tree is high. */
  public Optional<Entry> get(Key key) {
    Node node = source.root(root);
    while (true) {
      int at = node.search(key.raw());
      if (at == node.count()) {
        return Optional.empty();
      }
      if (node.level() == 0) {
        return node.key(at).equals(key) ? Optional.of(node.entry(at)) : Optional.empty();
      }
      node = source.child(node, at);
    }
  }

  /** A cursor at the first key that begins with a prefix, bound to such keys; all keys for none. */
  public TreeCursor cursor(byte[] prefix) {
    return new TreeCursor(source, root, prefix);
  }

  /** How much the whole tree holds. */
  public Totals totals() {
    return source.root(root).totals();
  }

  /** How much the keys that begin with a prefix hold. Reads two paths. */
  public Totals totals(byte[] prefix) {
    Totals before = totalsBefore(prefix);
    Optional<byte[]> end = endOf(prefix);
    return (end.isPresent() ? totalsBefore(end.get()) : totals()).minus(before);
  }

  private Totals totalsBefore(byte[] target) {
    Node node = source.root(root);
    Totals before = Totals.NONE;
    while (true) {
      int at = node.search(target);
      before = before.plus(node.totals(at));
      if (node.level() == 0 || at == node.count()) {
        return before;
      }
      node = source.child(node, at);
    }
  }

  /** The least byte string above all that begin with a prefix, or empty where there is none. */
  static Optional<byte[]> endOf(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
      length--;
    }
    if (length == 0) {
      return Optional.empty();
    }
    byte[] end = Arrays.copyOf(prefix, length);
    end[length - 1]++;
    return Optional.of(end);
  }

  /**
   * The keys beginning with a prefix that two trees hold differently, in order, found as the
   * iterator goes. Equal subtrees are skipped, so the cost is that of the differences and their
   * paths.
   */
  public static Iterator<Difference> diff(Tree before, Tree after, byte[] prefix) {
    return new TreeDiff(
        new DiffSide(before.source, before.root, prefix),
        new DiffSide(after.source, after.root, prefix));
  }

  /**
   * Shows a visitor every node that may hold keys with a prefix, parents first, and the entries
   * that do. Nodes that {@code known} holds at the same place are passed over with all below them,
   * and so are entries that it has.
   *
   * @param known a tree whose nodes need not be shown
   */
  public void walk(byte[] prefix, Optional<Tree> known, NodeVisitor visitor) {
    new NodeWalk(source, prefix, known, visitor).visitRoot(root);
  }

  /**
   * How much the leaves hold that {@code known} has not at the same place: no less than what is new
   * here, and seldom much more. Reads interior nodes alone.
   */
  public Totals totalsBeyond(Optional<Tree> known) {
    if (known.isPresent() && known.get().root.equals(root)) {
      return Totals.NONE;
    }
    return totalsBeyond(source.root(root), known);
  }

  private Totals totalsBeyond(Node node, Optional<Tree> known) {
    if (node.level() == 0 || known.isEmpty()) {
      return node.totals();
    }
    Totals sum = Totals.NONE;
    for (int i = 0; i < node.count(); i++) {
      if (!known.get().surelyHolds(node.childHash(i), node.level() - 1, node.key(i))) {
        sum =
            sum.plus(
                node.level() == 1
                    ? node.childTotals(i)
                    : totalsBeyond(source.child(node, i), known));
      }
    }
    return sum;
  }

  /** Whether a node is on this tree's path to a key. Nodes below it are not read. */
  public boolean reaches(ContentHash node, Key key) {
    ContentHash hash = root;
    if (hash.equals(node)) {
      return true;
    }
    Node at = source.root(root);
    while (at.level() > 0) {
      int index = at.search(key.raw());
      if (index == at.count()) {
        return false;
      }
      hash = at.childHash(index);
      if (hash.equals(node)) {
        return true;
      }
      at = source.child(at, index);
    }
    return false;
  }

  /** As {@link #holds}; what cannot be read here cannot vouch for anything elsewhere. */
  boolean surelyHolds(ContentHash node, int level, Key key) {
    try {
      return holds(node, level, key.raw());
    } catch (MissingBlobException | CorruptDataException unreadable) {
      return false;
    }
  }

  /** Whether this tree has a node at a level on the path to a key. */
  boolean holds(ContentHash node, int level, byte[] key) {
    Node at = source.root(root);
    ContentHash hash = root;
    while (at.level() > level) {
      int index = at.search(key);
      if (index == at.count()) {
        return false;
      }
      hash = at.childHash(index);
      if (at.level() - 1 == level) {
        return hash.equals(node);
      }
      at = source.child(at, index);
    }
    return at.level() == level && hash.equals(node);
  }
}
