package dev.varve.tree;

import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the entries of one node in key order and encodes them. One thread. Holds at most one
 * node: {@link SplitRule#MAX_BYTES} and one entry.
 */
final class NodeBuilder {
  /** Room for most nodes, so that few are copied while they grow. */
  private static final int TYPICAL = 24 << 10;

  private final int level;
  private final List<Key> keys = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  NodeBuilder(int level) {
    this.level = level;
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  void add(Key key, Slot slot) {
    keys.add(key);
    slots.add(slot);
  }

  Key lastKey() {
    return keys.get(keys.size() - 1);
  }

  void clear() {
    keys.clear();
    slots.clear();
  }

  /** The canonical bytes of what was added; see {@link NodeCodec}. */
  ByteBuffer encode() {
    int count = keys.size();
    ByteWriter restarts = new ByteWriter();
    ByteWriter column = new ByteWriter(TYPICAL);
    for (int i = 0; i < count; i++) {
      Key key = keys.get(i);
      boolean restart = i % NodeCodec.RESTART == 0;
      if (restart) {
        restarts.u32(column.length());
      }
      int shared = restart ? 0 : key.sharedWith(keys.get(i - 1));
      column
          .varint(shared)
          .varint(key.length() - shared)
          .raw(key.raw(), shared, key.length() - shared);
    }
    ByteWriter out = new ByteWriter(TYPICAL);
    FormatHeader.NODE.write(out);
    out.u8(SplitRule.ID).u8(level);
    if (level == 0) {
      leaf(out, restarts, column);
    } else {
      interior(out, restarts, column);
    }
    return out.toBuffer();
  }

  private void leaf(ByteWriter out, ByteWriter restarts, ByteWriter column) {
    boolean uniform = !slots.isEmpty() && slots.stream().allMatch(Entry.Blob.class::isInstance);
    ByteWriter data = new ByteWriter(TYPICAL);
    int[] ends = new int[slots.size()];
    long longest = 0;
    for (int i = 0; i < ends.length; i++) {
      Entry entry = (Entry) slots.get(i);
      if (entry instanceof Entry.Blob blob) {
        data.hash(blob.hash());
      } else if (entry instanceof Entry.Inline inline) {
        data.raw(inline.bytes());
      }
      ends[i] = data.length();
      longest = Math.max(longest, entry.length());
    }
    int lengthWidth = NodeCodec.width(longest);
    int endWidth = uniform ? 0 : NodeCodec.width(data.length());
    header(out, uniform ? 1 : 0, column, data, lengthWidth, endWidth);
    out.raw(restarts).raw(column);
    if (!uniform) {
      slots.forEach(slot -> out.u8(((Entry) slot).code()));
    }
    slots.forEach(slot -> out.fixed(((Entry) slot).length(), lengthWidth));
    if (!uniform) {
      for (int end : ends) {
        out.fixed(end, endWidth);
      }
    }
    out.raw(data);
  }

  private void interior(ByteWriter out, ByteWriter restarts, ByteWriter column) {
    ByteWriter data = new ByteWriter(TYPICAL);
    long mostKeys = 0;
    long mostBytes = 0;
    for (Slot slot : slots) {
      Child child = (Child) slot;
      data.hash(child.hash());
      mostKeys = Math.max(mostKeys, child.totals().keys());
      mostBytes = Math.max(mostBytes, child.totals().bytes());
    }
    int countWidth = NodeCodec.width(mostKeys);
    int bytesWidth = NodeCodec.width(mostBytes);
    header(out, 0, column, data, countWidth, bytesWidth);
    out.raw(restarts).raw(column);
    slots.forEach(slot -> out.fixed(((Child) slot).totals().keys(), countWidth));
    slots.forEach(slot -> out.fixed(((Child) slot).totals().bytes(), bytesWidth));
    out.raw(data);
  }

  private void header(
      ByteWriter out, int flags, ByteWriter column, ByteWriter data, int width1, int width2) {
    out.u8(flags).u32(keys.size()).u32(column.length()).u32(data.length()).u8(width1).u8(width2);
  }
}
