package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One page of a tree as a view over its encoded bytes; a lookup decodes at most {@link
 * NodeCodec#RESTART} keys. Made by {@link NodeCodec}, which has checked every rule of the format.
 * Immutable.
 */
final class Node {
  private final ByteBuffer bytes;
  private final NodeLayout layout;

  Node(ByteBuffer bytes, NodeLayout layout) {
    this.bytes = bytes;
    this.layout = layout;
  }

  /** 0 for a leaf. */
  int level() {
    return layout.level();
  }

  /** Number of entries; 0 only in the one node of an empty tree. */
  int count() {
    return layout.count();
  }

  /** The canonical bytes. */
  ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /** About how much memory this takes, in bytes. */
  int weight() {
    return bytes.remaining() + 200;
  }

  /** The key of an entry, decoded from its restart point. */
  Key key(int index) {
    byte[] key = new byte[0];
    int at = restart(index / NodeCodec.RESTART);
    for (int i = index / NodeCodec.RESTART * NodeCodec.RESTART; i <= index; i++) {
      long shared = varint(at);
      at += size(shared);
      long suffix = varint(at);
      at += size(suffix);
      byte[] next = Arrays.copyOf(key, (int) (shared + suffix));
      bytes.get(at, next, (int) shared, (int) suffix);
      key = next;
      at += (int) suffix;
    }
    return Key.ofVerified(key);
  }

  /** The key of the last entry. */
  Key lastKey() {
    return key(count() - 1);
  }

  /** All keys from an entry on, each decoded from the one before. */
  Keys keysFrom(int index) {
    return new Keys(index);
  }

  /**
   * Index of the first key at or after {@code target}, or {@link #count()} where all are before.
   */
  int search(byte[] target) {
    if (count() == 0) {
      return 0;
    }
    int low = 0;
    int high = layout.restarts();
    // Invariant: restart keys below low are <= target, those from high on are > target.
    while (low < high) {
      int mid = (low + high) >>> 1;
      if (compareRestart(mid, target) <= 0) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    if (low == 0) {
      return 0;
    }
    int index = (low - 1) * NodeCodec.RESTART;
    int end = Math.min(count(), index + NodeCodec.RESTART);
    Keys keys = keysFrom(index);
    while (index < end
        && Arrays.compareUnsigned(keys.raw(), 0, keys.length(), target, 0, target.length) < 0) {
      index++;
      if (index < end) {
        keys.next();
      }
    }
    return index;
  }

  private int compareRestart(int restart, byte[] target) {
    int at = restart(restart);
    at += 1; // shares nothing: one zero byte
    long length = varint(at);
    at += size(length);
    int common = (int) Math.min(length, target.length);
    for (int i = 0; i < common; i++) {
      int order = Integer.compare(bytes.get(at + i) & 0xFF, target[i] & 0xFF);
      if (order != 0) {
        return order;
      }
    }
    return Long.compare(length, target.length);
  }

  /** What a leaf holds at an index. */
  Entry entry(int index) {
    long length = unsigned(layout.lengths() + index * layout.lengthWidth(), layout.lengthWidth());
    if (layout.uniform()) {
      return new Entry.Blob(
          ContentHash.at(bytes, layout.data() + index * ContentHash.BYTES), length);
    }
    int from =
        layout.data()
            + (index == 0
                ? 0
                : (int)
                    unsigned(layout.ends() + (index - 1) * layout.endWidth(), layout.endWidth()));
    return switch (bytes.get(layout.kinds() + index)) {
      case Entry.CODE_BLOB -> new Entry.Blob(ContentHash.at(bytes, from), length);
      case Entry.CODE_INLINE -> new Entry.Inline(bytes.slice(from, (int) length));
      default -> Entry.EMPTY;
    };
  }

  /** What an interior node holds at an index. */
  Child child(int index) {
    return new Child(childHash(index), childTotals(index));
  }

  /** The hash of a child. */
  ContentHash childHash(int index) {
    return ContentHash.at(bytes, layout.data() + index * ContentHash.BYTES);
  }

  /** How much lies below a child. */
  Totals childTotals(int index) {
    return new Totals(
        unsigned(layout.kinds() + index * layout.lengthWidth(), layout.lengthWidth()),
        unsigned(layout.ends() + index * layout.endWidth(), layout.endWidth()));
  }

  /** An entry or a child, as the level has it. */
  Slot slot(int index) {
    return level() == 0 ? entry(index) : child(index);
  }

  /** How much the first {@code count} entries hold. */
  Totals totals(int count) {
    long keys = 0;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      if (level() == 0) {
        keys++;
        sum =
            Math.addExact(
                sum, unsigned(layout.lengths() + i * layout.lengthWidth(), layout.lengthWidth()));
      } else {
        Totals below = childTotals(i);
        keys = Math.addExact(keys, below.keys());
        sum = Math.addExact(sum, below.bytes());
      }
    }
    return new Totals(keys, sum);
  }

  /** How much the node holds. */
  Totals totals() {
    return totals(count());
  }

  private int restart(int i) {
    return layout.keys() + bytes.getInt(NodeCodec.HEADER + 4 * i);
  }

  private long unsigned(int at, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes.get(at + i) & 0xFF;
    }
    return value;
  }

  /** Lengths in the key column were checked to be below 2^14: one or two bytes. */
  private long varint(int at) {
    int first = bytes.get(at) & 0xFF;
    return first < 0x80 ? first : first & 0x7F | bytes.get(at + 1) << 7;
  }

  private static int size(long value) {
    return value < 0x80 ? 1 : 2;
  }

  /** Walks keys in order without an object a key. One thread. */
  final class Keys {
    private final byte[] key = new byte[Key.MAX_BYTES];
    private int length;
    private int at;

    private Keys(int index) {
      int from = index / NodeCodec.RESTART * NodeCodec.RESTART;
      at = restart(index / NodeCodec.RESTART);
      for (int i = from; i <= index; i++) {
        next();
      }
    }

    /** Moves to the next key; the caller knows that there is one. */
    void next() {
      int shared = (int) varint(at);
      at += size(shared);
      int suffix = (int) varint(at);
      at += size(suffix);
      bytes.get(at, key, shared, suffix);
      at += suffix;
      length = shared + suffix;
    }

    /** Holds the key in its first {@link #length} bytes, until the next move. */
    byte[] raw() {
      return key;
    }

    /** Length of the key, in bytes. */
    int length() {
      return length;
    }

    /** The key as a value. */
    Key toKey() {
      return Key.ofVerified(Arrays.copyOf(key, length));
    }
  }
}
