package dev.varve.check;

import dev.varve.hash.ContentHash;

/**
 * A set of hashes in one array of numbers, 32 bytes each at half load, that stops taking more at a
 * bound: what it did not take is simply looked at again. One thread.
 */
final class SeenHashes {
  private final int maxSize;
  private long[] words;
  private int capacity;
  private int size;

  /** Takes up to {@code maxSize} hashes, growing from little to 64 bytes for each. */
  SeenHashes(int maxSize) {
    this.maxSize = maxSize;
    this.capacity = 1 << 10;
    this.words = new long[capacity * 4];
  }

  /**
   * Whether the hash is new here; it is remembered if there is room. The zero hash is always new.
   */
  boolean add(ContentHash hash) {
    int slot = slot(words, capacity, hash);
    if (words[slot] != 0 || words[slot + 1] != 0 || words[slot + 2] != 0 || words[slot + 3] != 0) {
      return false;
    }
    if (size >= maxSize) {
      return true;
    }
    write(words, slot, hash);
    size++;
    if (size > capacity / 2 && capacity < 1 << 28) {
      grow();
    }
    return true;
  }

  private static int slot(long[] words, int capacity, ContentHash hash) {
    int at = (int) (hash.w1() & (capacity - 1));
    while (true) {
      int i = at * 4;
      boolean free = words[i] == 0 && words[i + 1] == 0 && words[i + 2] == 0 && words[i + 3] == 0;
      if (free
          || words[i] == hash.w0()
              && words[i + 1] == hash.w1()
              && words[i + 2] == hash.w2()
              && words[i + 3] == hash.w3()) {
        return i;
      }
      at = (at + 1) & (capacity - 1);
    }
  }

  private static void write(long[] words, int slot, ContentHash hash) {
    words[slot] = hash.w0();
    words[slot + 1] = hash.w1();
    words[slot + 2] = hash.w2();
    words[slot + 3] = hash.w3();
  }

  private void grow() {
    int larger = capacity * 2;
    long[] moved = new long[larger * 4];
    for (int i = 0; i < words.length; i += 4) {
      ContentHash hash = new ContentHash(words[i], words[i + 1], words[i + 2], words[i + 3]);
      if (!hash.equals(ContentHash.ZERO)) {
        write(moved, slot(moved, larger, hash), hash);
      }
    }
    words = moved;
    capacity = larger;
  }
}
