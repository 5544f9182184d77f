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
import org.jspecify.annotations.Nullable;

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

  /** A view of a copy of bytes that were hashed to {@code hash}, after every rule was checked. */
  static Node decode(ContentHash hash, ByteBuffer source) {
    return decode(hash, source.slice().asReadOnlyBuffer(), null);
  }

  /** As {@link #decode(ContentHash, ByteBuffer)}, over the bytes themselves; ownership passes. */
  static Node decode(ContentHash hash, byte[] own) {
    return decode(hash, ByteBuffer.wrap(own), own);
  }

  private static Node decode(ContentHash hash, ByteBuffer source, byte @Nullable [] own) {
    try {
      NodeLayout layout = layout(source);
      byte[] bytes = own;
      if (bytes == null) {
        bytes = new byte[source.remaining()];
        source.get(0, bytes);
      }
      checkKeys(bytes, layout);
      if (layout.level() == 0) {
        checkEntries(bytes, layout);
        return new Node(bytes, layout);
      }
      Node node = new Node(bytes, layout);
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

  // Of the rules that are looked at for each entry the words are made where one is broken.

  private static void checkKeys(byte[] bytes, NodeLayout layout) {
    // The key before; what the next one does not share with it is laid over it. A key is not an
    // object here.
    byte[] key = new byte[Key.MAX_BYTES];
    int length = 0;
    boolean ascii = true;
    KeyColumn column = new KeyColumn(bytes, layout.keys(), layout.kinds());
    for (int i = 0; i < layout.count(); i++) {
      boolean restart = i % RESTART == 0;
      if (restart
          && unsigned(bytes, HEADER + 4 * (i / RESTART), 4) != column.position() - layout.keys()) {
        throw new MalformedBytesException("restart " + i / RESTART + " does not point at key " + i);
      }
      int shared = column.varint(length, "a shared prefix");
      int suffix = column.varint(Key.MAX_BYTES - shared, "a key suffix");
      int from = column.pass(suffix);
      int next = shared + suffix;
      int common = 0;
      if (i > 0) {
        int mismatch = Arrays.mismatch(key, shared, length, bytes, from, from + suffix);
        common = shared + mismatch;
        if (mismatch < 0
            || common < length
                && (common == next || (key[common] & 0xFF) >= (bytes[from + mismatch] & 0xFF))) {
          throw new MalformedBytesException("key " + i + " is not above the key before it");
        }
        if (shared != (restart ? 0 : common)) {
          throw new MalformedBytesException(
              "key " + i + " does not share all it can with the key before it");
        }
      } else if (shared != 0) {
        throw new MalformedBytesException("the first key shares bytes with no key");
      }
      System.arraycopy(bytes, from, key, shared, suffix);
      ascii = Key.check(key, next, common, ascii);
      length = next;
    }
    column.end();
  }

  private static void checkEntries(byte[] bytes, NodeLayout layout) {
    long longest = 0;
    for (int i = 0; i < layout.count(); i++) {
      long length =
          unsigned(bytes, layout.lengths() + i * layout.lengthWidth(), layout.lengthWidth());
      longest = Math.max(longest, length);
      if (length < 0) {
        throw new MalformedBytesException("entry " + i + " has a length beyond 63 bits");
      }
      if (length == 0 && layout.uniform()) {
        throw new MalformedBytesException("blob entry " + i + " has no bytes");
      }
    }
    if (!layout.uniform()) {
      checkKinds(bytes, layout);
    }
    check(layout.lengthWidth() == width(longest), "its lengths are wider than needed");
  }

  /** The entries of a leaf that holds others than blobs, too. */
  private static void checkKinds(byte[] bytes, NodeLayout layout) {
    long from = 0;
    boolean allBlobs = layout.count() > 0;
    for (int i = 0; i < layout.count(); i++) {
      long length =
          unsigned(bytes, layout.lengths() + i * layout.lengthWidth(), layout.lengthWidth());
      int kind = bytes[layout.kinds() + i] & 0xFF;
      long end = unsigned(bytes, layout.ends() + i * layout.endWidth(), layout.endWidth());
      allBlobs &= kind == Entry.CODE_BLOB;
      long size = end - from;
      from = end;
      boolean right =
          switch (kind) {
            case Entry.CODE_INLINE -> length == size && size > 0 && size <= Entry.Inline.MAX_BYTES;
            case Entry.CODE_BLOB -> size == ContentHash.BYTES && length > 0;
            case Entry.CODE_EMPTY -> size == 0 && length == 0;
            default ->
                throw new UnsupportedFormatException(
                    "a node holds an entry of kind "
                        + kindName(kind)
                        + ", which this version cannot read; use a newer varve");
          };
      if (!right) {
        throw new MalformedBytesException(
            kindName(kind) + " entry " + i + " of length " + length + " has " + size + " bytes");
      }
    }
    check(!allBlobs, "all its entries are blobs, and it does not say so");
    int dataBytes = bytes.length - layout.data();
    check(from == dataBytes, "its entries end at " + from + " of " + dataBytes + " bytes of data");
    check(layout.endWidth() == width(dataBytes), "its ends are wider than needed");
  }

  private static String kindName(int kind) {
    return switch (kind) {
      case Entry.CODE_INLINE -> "inline";
      case Entry.CODE_BLOB -> "blob";
      case Entry.CODE_EMPTY -> "empty";
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
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes[at + i] & 0xFF;
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
