package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Walks the entries of a tree in key order, within the keys that begin with a prefix. Holds one
 * path of nodes. One thread.
 */
public final class TreeCursor {
  private final NodeCursor nodes;
  private final byte[] prefix;
  private int index;
  private Node.@Nullable Keys keys;

  TreeCursor(NodeSource source, ContentHash root, byte[] prefix) {
    this.prefix = prefix.clone();
    this.nodes = new NodeCursor(source, root, 0);
    seek(prefix);
  }

  /** Whether the cursor stands on an entry. */
  public boolean valid() {
    return keys != null
        && index < nodes.node().count()
        && keys.length() >= prefix.length
        && Arrays.equals(keys.raw(), 0, prefix.length, prefix, 0, prefix.length);
  }

  /** The key stood on. */
  public Key key() {
    return require().toKey();
  }

  /** The entry stood on. */
  public Entry entry() {
    require();
    return nodes.node().entry(index);
  }

  /** Moves to the next entry. */
  public void next() {
    Node.Keys at = require();
    index++;
    if (index < nodes.node().count()) {
      at.next();
    } else if (nodes.next()) {
      index = 0;
      keys = nodes.node().keysFrom(0);
    }
  }

  /**
   * Moves, forward or back, to the first key at or after {@code atLeast}, which is cut to the
   * prefix.
   */
  public void seek(byte[] atLeast) {
    byte[] target = Arrays.compareUnsigned(atLeast, prefix) < 0 ? prefix : atLeast;
    nodes.seek(target);
    index = nodes.node().search(target);
    if (index < nodes.node().count()) {
      keys = nodes.node().keysFrom(index);
    }
  }

  /** The entries from here on; moving the cursor meanwhile is not allowed. */
  public Iterator<KeyEntry> remaining() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return valid();
      }

      @Override
      public KeyEntry next() {
        KeyEntry entry = new KeyEntry(key(), entry());
        TreeCursor.this.next();
        return entry;
      }
    };
  }

  private Node.Keys require() {
    Node.Keys at = keys;
    if (at == null || !valid()) {
      throw new NoSuchElementException("the cursor is past the last key");
    }
    return at;
  }
}
