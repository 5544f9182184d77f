package dev.varve.tree;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteReader;
import dev.varve.format.FormatHeader;
import dev.varve.format.MalformedBytesException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Node bytes: one encoding a node, and nothing else is accepted. Integers are big-endian.
 *
 * <pre>
 * node     = "VRVN" version:1 chunker:1 level:1 flags:1 count:4 keyBytes:4 dataBytes:4 width1:1 width2:1
 *            restart:4 * ceil(count / 16)        offset in keys of each 16th key
 *            keys                                 (shared:varint suffix:varint byte*suffix) * count
 * leaf     = kind:1 * count                       absent where flags bit 0 says: all are blobs
 *            length:width1 * count                length of each value
 *            end:width2 * count                   where each entry's data ends; absent likewise
 *            data                                 inline: the bytes; blob: 32 of hash; empty: none
 * interior = keys:width1 * count                  number of keys below each child
 *            bytes:width2 * count                 sum of the lengths of their values
 *            hash:32 * count                      an interior key is the last key of its child
 * </pre>
 *
 * Widths are the least that hold the largest value of their column, at least 1. {@code shared} is
 * the longest common prefix with the key before, 0 at a restart. The full text is docs/format.md.
 */
final class NodeCodec {
  /** Keys between restart points. */
  static final int RESTART = 16;

  /** Bytes before the restart offsets. */
  static final int HEADER = 22;

  /** No node is larger; longer blobs are refused before they are read. */
  static final int MAX_BYTES = 1 << 19;

  /**
   * No tree is higher: with the longest keys a node of the mean size still has 15 children, and
   * 15^16 exceeds 2^62; with usual keys five levels hold more than anybody has.
   */
  static final int MAX_LEVEL = 16;

  private NodeCodec() {}

  /** Bytes needed for an unsigned value, at least 1. */
  static int width(long value) {
    return Math.max(1, (71 - Long.numberOfLeadingZeros(value)) / 8);
  }

  /** A view of bytes that were hashed to {@code hash}, after every rule was checked. */
  static Node decode(ContentHash hash, ByteBuffer source) {
    try {
      ByteBuffer bytes = source.slice().asReadOnlyBuffer();
      NodeLayout layout = layout(bytes);
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(0, copy);
      checkKeys(copy, layout);
      if (layout.level() == 0) {
        checkEntries(bytes, layout);
        return new Node(copy, layout);
      }
      Node node = new Node(copy, layout);
      checkChildren(node, layout);
      return node;
    } catch (MalformedBytesException | ArithmeticException | InvalidNameException bad) {
      throw CorruptDataException.malformed(
          "node", hash.toString(), String.valueOf(bad.getMessage()), bad);
    }
  }

  private static NodeLayout layout(ByteBuffer bytes) {
    check(bytes.remaining() <= MAX_BYTES, "it has more than " + MAX_BYTES + " bytes");
    ByteReader in = new ByteReader(bytes);
    FormatHeader.NODE.read(in);
    int chunker = in.u8();
    if (chunker != SplitRule.ID) {
      throw new UnsupportedFormatException(
          "a node has chunker " + chunker + "; this program knows " + SplitRule.ID);
    }
    int level = in.u8();
    check(level <= MAX_LEVEL, "its level is " + level + ", at most " + MAX_LEVEL + " is allowed");
    int flags = in.u8();
    check(flags == 0 || flags == 1 && level == 0, "unknown flags " + flags);
    boolean uniform = flags == 1;
    long count = in.u32();
    long keyBytes = in.u32();
    long dataBytes = in.u32();
    int width1 = in.u8();
    int width2 = in.u8();
    check(count > 0 || level == 0 && !uniform, "an interior node has no entries");
    check(width1 >= 1 && width1 <= 8, "a column is " + width1 + " bytes wide");
    check(
        uniform ? width2 == 0 : width2 >= 1 && width2 <= 8,
        "a column is " + width2 + " bytes wide");
    long keys = HEADER + 4 * ((count + RESTART - 1) / RESTART);
    long kinds = keys + keyBytes;
    long lengths = level == 0 && !uniform ? kinds + count : kinds;
    long ends = lengths + count * width1;
    long data = ends + count * width2;
    check(
        data + dataBytes == bytes.remaining(),
        "its columns take " + (data + dataBytes) + " bytes, it has " + bytes.remaining());
    check(
        !uniform && level == 0 || dataBytes == count * ContentHash.BYTES,
        "its hashes take " + dataBytes + " bytes for " + count + " entries");
    return new NodeLayout(
        level,
        (int) count,
        uniform,
        (int) keys,
        (int) kinds,
        (int) lengths,
        width1,
        (int) ends,
        width2,
        (int) data);
  }

  private static void checkKeys(byte[] bytes, NodeLayout layout) {
    // Two buffers take turns as the key and the one before it: a key is not an object here.
    byte[] previous = new byte[Key.MAX_BYTES];
    byte[] key = new byte[Key.MAX_BYTES];
    int previousLength = 0;
    KeyColumn column = new KeyColumn(bytes, layout.keys(), layout.kinds());
    for (int i = 0; i < layout.count(); i++) {
      boolean restart = i % RESTART == 0;
      if (restart) {
        check(
            unsigned(bytes, HEADER + 4 * (i / RESTART), 4) == column.position() - layout.keys(),
            "restart",
            i / RESTART,
            "does not point at its key");
      }
      int shared = column.varint(previousLength, "a shared prefix");
      int suffix = column.varint(Key.MAX_BYTES - shared, "a key suffix");
      int length = shared + suffix;
      System.arraycopy(previous, 0, key, 0, shared);
      column.copy(suffix, key, shared);
      if (i > 0) {
        int common = Arrays.mismatch(previous, 0, previousLength, key, 0, length);
        check(
            common >= 0
                && (common == previousLength
                    || common < length && (previous[common] & 0xFF) < (key[common] & 0xFF)),
            "key",
            i,
            "is not above the key before it");
        check(
            shared == (restart ? 0 : common),
            "key",
            i,
            "does not share all it can with the key before it");
      } else {
        check(shared == 0, "the first key shares bytes with no key");
      }
      Key.check(key, length);
      byte[] used = previous;
      previous = key;
      key = used;
      previousLength = length;
    }
    column.end();
  }

  private static void checkEntries(ByteBuffer bytes, NodeLayout layout) {
    long longest = 0;
    long from = 0;
    boolean allBlobs = layout.count() > 0;
    for (int i = 0; i < layout.count(); i++) {
      long length =
          unsigned(bytes, layout.lengths() + i * layout.lengthWidth(), layout.lengthWidth());
      longest = Math.max(longest, length);
      check(length >= 0, "entry", i, "has a length beyond 63 bits");
      if (layout.uniform()) {
        check(length > 0, "blob entry", i, "has no bytes");
        continue;
      }
      int kind = bytes.get(layout.kinds() + i) & 0xFF;
      long end = unsigned(bytes, layout.ends() + i * layout.endWidth(), layout.endWidth());
      allBlobs &= kind == Entry.CODE_BLOB;
      long size = end - from;
      from = end;
      switch (kind) {
        case Entry.CODE_INLINE ->
            check(
                length == size && size > 0 && size <= Entry.Inline.MAX_BYTES,
                "inline entry",
                i,
                "has another length than its bytes, or one that is not allowed");
        case Entry.CODE_BLOB ->
            check(
                size == ContentHash.BYTES && length > 0,
                "blob entry",
                i,
                "has no length, or other data than a hash");
        case Entry.CODE_EMPTY -> check(size == 0 && length == 0, "empty entry", i, "is not empty");
        default ->
            throw new UnsupportedFormatException(
                "a node holds an entry of kind "
                    + kindName(kind)
                    + ", which this version cannot read; use a newer varve");
      }
    }
    check(layout.uniform() || !allBlobs, "all its entries are blobs, and it does not say so");
    check(layout.lengthWidth() == width(longest), "its lengths are wider than needed");
    if (!layout.uniform()) {
      int dataBytes = bytes.remaining() - layout.data();
      check(
          from == dataBytes, "its entries end at " + from + " of " + dataBytes + " bytes of data");
      check(layout.endWidth() == width(dataBytes), "its ends are wider than needed");
    }
  }

  private static String kindName(int kind) {
    return switch (kind) {
      case Entry.CODE_SEGMENTS -> "'segments'";
      case Entry.CODE_EXTERNAL -> "'external'";
      default -> String.valueOf(kind);
    };
  }

  private static void checkChildren(Node node, NodeLayout layout) {
    long mostKeys = 0;
    long mostBytes = 0;
    for (int i = 0; i < layout.count(); i++) {
      Totals below = node.childTotals(i);
      check(below.keys() > 0 && below.bytes() >= 0, "child", i, "claims totals that cannot be");
      mostKeys = Math.max(mostKeys, below.keys());
      mostBytes = Math.max(mostBytes, below.bytes());
    }
    check(layout.lengthWidth() == width(mostKeys), "its key counts are wider than needed");
    check(layout.endWidth() == width(mostBytes), "its byte counts are wider than needed");
  }

  private static long unsigned(byte[] bytes, int at, int width) {
    return unsigned(ByteBuffer.wrap(bytes), at, width);
  }

  private static long unsigned(ByteBuffer bytes, int at, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes.get(at + i) & 0xFF;
    }
    return value;
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new MalformedBytesException(rule);
    }
  }

  /** A rule for each of a node's parts; its text is made only where it is broken. */
  private static void check(boolean holds, String part, int index, String rule) {
    if (!holds) {
      throw new MalformedBytesException(part + " " + index + " " + rule);
    }
  }
}
