package dev.varve.version;

import dev.varve.tree.Key;
import dev.varve.tree.TreeCursor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The items of one directory, from both trees. A directory below is passed over by one seek behind
 * it, however much it holds. One thread.
 */
final class Listing implements Iterator<Listed> {
  private final TreeCursor meta;
  private final TreeCursor chunks;
  private final int prefixLength;

  Listing(TreeCursor meta, TreeCursor chunks, byte[] prefix) {
    this.meta = meta;
    this.chunks = chunks;
    this.prefixLength = prefix.length;
  }

  @Override
  public boolean hasNext() {
    return meta.valid() || chunks.valid();
  }

  @Override
  public Listed next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more items");
    }
    boolean first = meta.valid() && (!chunks.valid() || meta.key().compareTo(chunks.key()) < 0);
    TreeCursor cursor = first ? meta : chunks;
    Key key = cursor.key();
    byte[] utf8 = key.toUtf8();
    int slash = prefixLength;
    while (slash < utf8.length && utf8[slash] != '/') {
      slash++;
    }
    if (slash == utf8.length) {
      Listed leaf = new Listed.Leaf(key, cursor.entry());
      cursor.next();
      return leaf;
    }
    byte[] behind = Arrays.copyOf(utf8, slash + 1);
    Listed directory = new Listed.Directory(new String(behind, StandardCharsets.UTF_8));
    behind[slash]++;
    skipTo(meta, behind);
    skipTo(chunks, behind);
    return directory;
  }

  private static void skipTo(TreeCursor cursor, byte[] target) {
    if (cursor.valid() && Arrays.compareUnsigned(cursor.key().toUtf8(), target) < 0) {
      cursor.seek(target);
    }
  }
}
