package dev.varve.tools;

import dev.varve.hash.ContentHash;
import java.util.ArrayList;
import java.util.List;

/**
 * Stored objects by hash, numbered from 0 in the order in which they were added, each with its
 * length and four numbers for the caller. Memory: 56 bytes an object, and 8 to 16 for finding it;
 * nothing is ever removed. One thread.
 */
final class ObjectTable {
  /** How often the snapshot at hand uses the object. */
  static final int USES = 0;

  /** At which step the object was last met as a node; 0 where it is no node of the snapshot. */
  static final int NODE = 1;

  /** At which step the object came into use; later, the array it belongs to. */
  static final int SINCE = 2;

  /** In how many snapshots the object was used and went out of use: 0, 1 or 2 for more. */
  static final int SNAPSHOTS = 3;

  private static final int SLAB = 1 << 14;
  private static final int WORDS = 5;
  private static final int FIELDS = 4;

  private final List<long[]> words = new ArrayList<>();
  private final List<int[]> fields = new ArrayList<>();
  private int[] slots = new int[1 << 10];
  private int size;

  /** How many objects there are. */
  int size() {
    return size;
  }

  /** The number of an object, or -1 where it was not added. */
  int find(ContentHash hash) {
    return slots[slot(hash)] - 1;
  }

  /** The number of an object, which is added with all its numbers 0 where it is new. */
  int add(ContentHash hash, long length) {
    int slot = slot(hash);
    if (slots[slot] > 0) {
      return slots[slot] - 1;
    }
    int number = size++;
    if (number % SLAB == 0) {
      words.add(new long[SLAB * WORDS]);
      fields.add(new int[SLAB * FIELDS]);
    }
    long[] slab = words.get(number / SLAB);
    int at = number % SLAB * WORDS;
    slab[at] = hash.w0();
    slab[at + 1] = hash.w1();
    slab[at + 2] = hash.w2();
    slab[at + 3] = hash.w3();
    slab[at + 4] = length;
    slots[slot] = number + 1;
    if (size > slots.length / 2) {
      grow();
    }
    return number;
  }

  /** Length of an object, in bytes. */
  long length(int number) {
    return words.get(number / SLAB)[number % SLAB * WORDS + 4];
  }

  /** One of an object's numbers, by the constants above. */
  int get(int number, int field) {
    return fields.get(number / SLAB)[number % SLAB * FIELDS + field];
  }

  /** Sets one of an object's numbers. */
  void set(int number, int field, int value) {
    fields.get(number / SLAB)[number % SLAB * FIELDS + field] = value;
  }

  /** Where the hash stands, or the free place where it would. */
  private int slot(ContentHash hash) {
    int mask = slots.length - 1;
    int slot = (int) hash.w3() & mask;
    while (slots[slot] > 0 && !is(slots[slot] - 1, hash)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private boolean is(int number, ContentHash hash) {
    long[] slab = words.get(number / SLAB);
    int at = number % SLAB * WORDS;
    return slab[at] == hash.w0()
        && slab[at + 1] == hash.w1()
        && slab[at + 2] == hash.w2()
        && slab[at + 3] == hash.w3();
  }

  private void grow() {
    if (slots.length == 1 << 30) {
      throw new IllegalStateException("more objects than can be counted at once: " + size);
    }
    slots = new int[slots.length * 2];
    int mask = slots.length - 1;
    for (int number = 0; number < size; number++) {
      int slot = (int) words.get(number / SLAB)[number % SLAB * WORDS + 3] & mask;
      while (slots[slot] > 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = number + 1;
    }
  }
}
