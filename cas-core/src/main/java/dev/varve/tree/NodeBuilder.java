package dev.varve.tree;

import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects the entries of one node in key order and encodes them. One thread. Holds at most one
 * node, column by column as it will be written: {@link SplitRule#MAX_BYTES} and one entry.
 */
final class NodeBuilder {

  private final int level;
  private final ByteWriter restarts = new ByteWriter();
  private final ByteWriter keys = new ByteWriter();
  private final ByteWriter kinds = new ByteWriter();
  private final ByteWriter data = new ByteWriter();
  private @Nullable Key last;
  private int count;

  /** Of a leaf the lengths, of an interior node the counts of keys. */
  private long[] firsts = new long[64];

  /** Of a leaf where each entry's data ends, of an interior node the sums of lengths. */
  private long[] seconds = new long[64];

  private long mostFirst;
  private long mostSecond;
  private boolean uniform = true;

  NodeBuilder(int level) {
    this.level = level;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(Key key, Slot slot) {
    boolean restart = count % NodeCodec.RESTART == 0;
    if (restart) {
      restarts.u32(keys.length());
    }
    Key before = last;
    int shared = restart || before == null ? 0 : key.sharedWith(before);
    int suffix = key.length() - shared;
    keys.varint(shared).varint(suffix).raw(key.raw(), shared, suffix);
    last = key;
    if (slot instanceof Child child) {
      data.hash(child.hash());
      columns(child.totals().keys(), child.totals().bytes());
    } else {
      add((Entry) slot);
    }
  }

  private void add(Entry entry) {
    kinds.u8(entry.code());
    if (entry instanceof Entry.Blob blob) {
      data.hash(blob.hash());
    } else {
      uniform = false;
      if (entry instanceof Entry.Inline inline) {
        data.raw(inline.bytes());
      }
    }
    columns(entry.length(), data.length());
  }

  private void columns(long first, long second) {
    if (count == firsts.length) {
      firsts = Arrays.copyOf(firsts, 4 * count);
      seconds = Arrays.copyOf(seconds, 4 * count);
    }
    firsts[count] = first;
    seconds[count] = second;
    mostFirst = Math.max(mostFirst, first);
    mostSecond = Math.max(mostSecond, second);
    count++;
  }

  Key lastKey() {
    if (last == null) {
      throw new IllegalStateException("the node is empty");
    }
    return last;
  }

  /** Begins another node, in the same memory. */
  void clear() {
    restarts.clear();
    keys.clear();
    kinds.clear();
    data.clear();
    last = null;
    count = 0;
    mostFirst = 0;
    mostSecond = 0;
    uniform = true;
  }

  /** The canonical bytes of what was added, as {@link #toBytes}, in a view to read. */
  ByteBuffer encode() {
    return ByteBuffer.wrap(toBytes()).asReadOnlyBuffer();
  }

  /** The canonical bytes of what was added, in memory of their own; see {@link NodeCodec}. */
  byte[] toBytes() {
    boolean leaf = level == 0;
    boolean blobs = leaf && uniform && count > 0;
    int width1 = NodeCodec.width(mostFirst);
    int width2 = blobs ? 0 : NodeCodec.width(mostSecond);
    int kindBytes = leaf && !blobs ? count : 0;
    ByteWriter out =
        new ByteWriter(
            NodeCodec.HEADER
                + restarts.length()
                + keys.length()
                + kindBytes
                + count * (width1 + width2)
                + data.length());
    FormatHeader.NODE.write(out);
    out.u8(SplitRule.ID).u8(level).u8(blobs ? 1 : 0);
    out.u32(count).u32(keys.length()).u32(data.length()).u8(width1).u8(width2);
    out.raw(restarts).raw(keys);
    if (kindBytes > 0) {
      out.raw(kinds);
    }
    for (int i = 0; i < count; i++) {
      out.fixed(firsts[i], width1);
    }
    for (int i = 0; i < count && width2 > 0; i++) {
      out.fixed(seconds[i], width2);
    }
    return out.raw(data).finish();
  }
}
