package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One page of a tree as a view over its encoded bytes; a lookup decodes at most {@link
 * NodeCodec#RESTART} keys. Made by {@link NodeCodec}, which has checked every rule of the format.
 * Immutable.
 */
final class Node {
  private final byte[] bytes;
  private final NodeLayout layout;
  private final Totals totals;

  // Asked for at each step down; racing threads find equal ones.
  private volatile @Nullable Key lastKey;

  /** A view of bytes that nobody changes, over columns whose sums fit. */
  Node(byte[] bytes, NodeLayout layout) {
    this.bytes = bytes;
    this.layout = layout;
    this.totals = totals(layout.count());
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
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** About how much memory this takes, in bytes. */
  int weight() {
    return bytes.length + 300;
  }

  /** The key of an entry, decoded from its restart point. */
  Key key(int index) {
    return keysFrom(index).toKey();
  }

  /** The key of the last entry. */
  Key lastKey() {
    Key known = lastKey;
    if (known == null) {
      known = key(count() - 1);
      lastKey = known;
    }
    return known;
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
    int length = varint(at);
    at += size(length);
    return Arrays.compareUnsigned(bytes, at, at + length, target, 0, target.length);
  }

  /** What a leaf holds at an index. */
  Entry entry(int index) {
    long length = length(index);
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
    return switch (bytes[layout.kinds() + index]) {
      case Entry.CODE_BLOB -> new Entry.Blob(ContentHash.at(bytes, from), length);
      case Entry.CODE_INLINE ->
          new Entry.Inline(ByteBuffer.wrap(bytes, from, (int) length).slice());
      default -> Entry.EMPTY;
    };
  }

  /** Whether both have the same keys at the same places. Compares the columns as they lie. */
  boolean sameKeys(Node other) {
    // Each list of keys has one encoding.
    return count() == other.count()
        && Arrays.equals(
            bytes,
            layout.keys(),
            layout.kinds(),
            other.bytes,
            other.layout.keys(),
            other.layout.kinds());
  }

  /** Whether both are leaves of blobs alone, of which {@link #sameBlob} is sure either way. */
  boolean comparable(Node other) {
    return layout.uniform() && other.layout.uniform();
  }

  /** Whether two leaves surely hold equal entries at two places: cheap, and false where unsure. */
  boolean sameBlob(int index, Node other, int at) {
    if (!layout.uniform() || !other.layout.uniform()) {
      return false;
    }
    int mine = layout.data() + index * ContentHash.BYTES;
    int theirs = other.layout.data() + at * ContentHash.BYTES;
    return Arrays.equals(
            bytes, mine, mine + ContentHash.BYTES, other.bytes, theirs, theirs + ContentHash.BYTES)
        && length(index) == other.length(at);
  }

  /** Index of the first entry from one on that is not surely equal to the other leaf's there. */
  int firstUnlike(int from, Node other) {
    int index = from;
    while (index < count() && sameBlob(index, other, index)) {
      index++;
    }
    return index;
  }

  /** Length of the value at an index of a leaf. */
  private long length(int index) {
    return unsigned(layout.lengths() + index * layout.lengthWidth(), layout.lengthWidth());
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
    return totals;
  }

  private int restart(int i) {
    return layout.keys() + (int) unsigned(NodeCodec.HEADER + 4 * i, 4);
  }

  private long unsigned(int at, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes[at + i] & 0xFF;
    }
    return value;
  }

  /** Lengths in the key column were checked to be below 2^14: one or two bytes. */
  private int varint(int at) {
    int first = bytes[at];
    return first >= 0 ? first : first & 0x7F | bytes[at + 1] << 7;
  }

  private static int size(int value) {
    return value < 0x80 ? 1 : 2;
  }

  /** Walks keys in order without an object a key. One thread. */
  final class Keys {
    private byte[] key = new byte[96];
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
      int shared = varint(at);
      at += size(shared);
      int suffix = varint(at);
      at += size(suffix);
      if (shared + suffix > key.length) {
        key = Arrays.copyOf(key, Key.MAX_BYTES);
      }
      System.arraycopy(bytes, at, key, shared, suffix);
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

    /** Order of this key and another. */
    int compareTo(Key other) {
      return Arrays.compareUnsigned(key, 0, length, other.raw(), 0, other.length());
    }

    /** The key as a value. */
    Key toKey() {
      return Key.ofVerified(Arrays.copyOf(key, length));
    }
  }
}
