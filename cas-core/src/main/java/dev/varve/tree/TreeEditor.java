package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Applies edits, given in ascending key order, to a tree and yields the root of the result: the
 * same root that any other order and grouping of edits to the same map yields. From an empty tree
 * this is the bulk builder. One thread.
 *
 * <p>Cost: the nodes that hold edited keys, their neighbours up to the next common end, and their
 * paths. Memory: one path and one open node a level, whatever the number of edits.
 */
public final class TreeEditor {
  private final NodeSource source;
  private final NodeSink sink;
  private final ContentHash root;
  private final int height;
  private final LevelEditor leaves;
  private @Nullable Key last;

  /**
   * Edits the tree with {@code root}, whose nodes {@code source} has. New nodes go to {@code sink}.
   */
  public TreeEditor(NodeSource source, NodeSink sink, ContentHash root) {
    this.source = source;
    this.sink = sink;
    this.root = root;
    if (root.equals(source.emptyRoot())) {
      height = 0;
      leaves = new LevelEditor(this, 0, null);
    } else {
      height = source.root(root).level();
      leaves = level(0);
    }
  }

  /** Writes the one node of the tree without keys. */
  public static ContentHash putEmpty(NodeSource source, NodeSink sink) {
    ByteBuffer bytes = new NodeBuilder(0).encode();
    ContentHash hash = source.algorithm().hash(bytes);
    sink.put(hash, bytes);
    return hash;
  }

  /** Sets a key, which must be above all keys given before. */
  public void put(Key key, Entry entry) {
    ascend(key);
    leaves.put(key, entry);
  }

  /** Removes a key, which must be above all keys given before; an absent one is no matter. */
  public void delete(Key key) {
    ascend(key);
    leaves.delete(key);
  }

  /** Sets or removes a key, which must be above all keys given before. */
  public void edit(Key key, Optional<Entry> entry) {
    if (entry.isPresent()) {
      put(key, entry.get());
    } else {
      delete(key);
    }
  }

  private void ascend(Key key) {
    if (last != null && last.compareTo(key) >= 0) {
      throw new IllegalArgumentException("edits must ascend: " + key + " came after " + last);
    }
    last = key;
  }

  /** Writes what is left and gives the new root. The editor must not be used afterwards. */
  public ContentHash finish() {
    LevelEditor at = leaves;
    at.finish();
    while (true) {
      LevelEditor up = at.parent();
      if (up == null) {
        // Nothing was dropped and nothing was written: either no edit changed anything, or all of a
        // tree of one leaf went.
        return at == leaves && !leaves.touched() ? root : putEmpty(source, sink);
      }
      if (at.level() >= height) {
        Child only = up.onlyChild();
        if (only == null) {
          return putEmpty(source, sink);
        }
        if (up.received() == 1) {
          return collapse(only.hash());
        }
      }
      up.finish();
      at = up;
    }
  }

  /** A root with one child is no root: its child is. */
  private ContentHash collapse(ContentHash top) {
    ContentHash hash = top;
    Node node = source.load(hash);
    while (node.level() > 0 && node.count() == 1) {
      hash = node.childHash(0);
      node = source.load(hash);
    }
    return hash;
  }

  /**
   * Hands a new node on.
   *
   * @param replaced the old node in whose place it stands, or one of them; null where there is none
   */
  void write(ContentHash hash, ByteBuffer bytes, @Nullable ContentHash replaced) {
    if (replaced == null) {
      sink.put(hash, bytes);
    } else {
      sink.put(hash, bytes, replaced);
    }
  }

  NodeSource source() {
    return source;
  }

  /** Level of the old root. */
  int height() {
    return height;
  }

  LevelEditor level(int level) {
    boolean exists = level <= height && !root.equals(source.emptyRoot());
    return new LevelEditor(this, level, exists ? new NodeCursor(source, root, level) : null);
  }

  NodeCursor required(@Nullable NodeCursor cursor) {
    if (cursor == null) {
      throw new IllegalStateException("this level had no nodes before");
    }
    return cursor;
  }
}
