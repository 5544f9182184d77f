package dev.varve.lmdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What makes one byte string of another: bytes of its own and copies out of the other, in turns.
 *
 * <pre>
 * difference = (own:varint byte[own]  count:varint from:varint)*
 * </pre>
 *
 * Varints are unsigned LEB128 in the shortest form, below 2^31. After a part's own bytes {@code
 * count} bytes of the base are copied, from offset {@code from} on; the last part may end before
 * its {@code count}. Each part gives at least one byte.
 */
final class Difference {
  /** Bytes of the base that are looked for: less are not worth a copy. */
  private static final int BLOCK = 16;

  /** How far to look for the end of bytes that were exchanged: a hash, and something beside it. */
  private static final int FAR = 80;

  /** After so many bytes without a match every second one is looked at, and so on. */
  private static final int PATIENCE = 96;

  private static final int MAX_VARINT = 5;
  private static final long MIX = 0x9e3779b97f4a7c15L;
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] base;
  private final byte[] target;
  private final byte[] out;

  /** Where in the base a block begins, plus 1, by its bits; made when first needed. */
  private int @Nullable [] blocks;

  private int length;
  private int own;

  private Difference(byte[] base, byte[] target, int most) {
    this.base = base;
    this.target = target;
    this.out = new byte[most];
  }

  /**
   * The difference that makes {@code target} of {@code base}, or null where that is longer than
   * {@code most} bytes.
   */
  static byte @Nullable [] between(byte[] base, byte[] target, int most) {
    Difference difference = new Difference(base, target, most);
    return difference.find() ? Arrays.copyOf(difference.out, difference.length) : null;
  }

  /** Goes through the target: what is not found in the base is its own. */
  private boolean find() {
    int at = Math.max(0, Arrays.mismatch(base, target));
    if (Arrays.equals(base, target)) {
      at = target.length;
    }
    if (at > 0 && !copy(0, 0, at)) {
      return false;
    }
    int shift = 0;
    while (at < target.length) {
      int missed = at - own;
      int next = missed == 0 ? exchanged(at, shift) : at;
      int from = alike(next + shift, next) ? next + shift : block(next);
      if (from < 0) {
        // The longer nothing is found, the less is to be expected.
        at += 1 + Math.min(missed / PATIENCE, BLOCK / 2);
        if (Math.min(at, target.length) - own > out.length - length) {
          return false;
        }
        continue;
      }
      int start = next;
      while (start > own && from > 0 && base[from - 1] == target[start - 1]) {
        start--;
        from--;
      }
      int end = start + equal(from, start);
      if (!copy(from, start, end - start)) {
        return false;
      }
      shift = from - start;
      at = end;
    }
    return own == target.length || own(target.length);
  }

  /** Where both go on alike after some bytes were exchanged for as many others, or {@code at}. */
  private int exchanged(int at, int shift) {
    for (int next = at; next <= at + FAR; next += BLOCK / 2) {
      if (alike(next + shift, next)) {
        return next;
      }
    }
    return at;
  }

  private boolean alike(int from, int at) {
    return from >= 0
        && from + BLOCK <= base.length
        && at + BLOCK <= target.length
        && word(base, from) == word(target, at)
        && word(base, from + 8) == word(target, at + 8);
  }

  private int equal(int from, int at) {
    int most = Math.min(base.length - from, target.length - at);
    int count = Arrays.mismatch(base, from, from + most, target, at, at + most);
    return count < 0 ? most : count;
  }

  /** Where the base has the target's next block, or -1. */
  private int block(int at) {
    if (at + BLOCK > target.length) {
      return -1;
    }
    int[] table = blocks;
    if (table == null) {
      table = new int[Integer.highestOneBit(Math.max(1, base.length / BLOCK)) << 2];
      blocks = table;
      for (int from = 0; from + BLOCK <= base.length; from += BLOCK) {
        int slot = slot(table, base, from);
        if (table[slot] == 0) {
          table[slot] = from + 1;
        }
      }
    }
    int from = table[slot(table, target, at)] - 1;
    return from >= 0 && alike(from, at) ? from : -1;
  }

  private static int slot(int[] table, byte[] bytes, int at) {
    long mixed = (word(bytes, at) * MIX ^ word(bytes, at + 8)) * MIX;
    return (int) (mixed >>> 40) & table.length - 1;
  }

  private static long word(byte[] bytes, int at) {
    return (long) WORD.get(bytes, at);
  }

  /** Writes what is own up to a place in the target, and a copy that goes on from there. */
  private boolean copy(int from, int at, int count) {
    if (!own(at) || out.length - length < 2 * MAX_VARINT) {
      return false;
    }
    varint(count);
    varint(from);
    own = at + count;
    return true;
  }

  private boolean own(int end) {
    int count = end - own;
    if (out.length - length < MAX_VARINT + count) {
      return false;
    }
    varint(count);
    System.arraycopy(target, own, out, length, count);
    length += count;
    own = end;
    return true;
  }

  private void varint(int value) {
    int rest = value;
    while (rest >= 0x80) {
      out[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[length++] = (byte) rest;
  }

  /**
   * What a difference makes of a base, or null where it does not make exactly {@code length} bytes.
   * Takes no more memory than these.
   *
   * @param from where in {@code bytes} the difference begins; it ends with them
   */
  static byte @Nullable [] apply(byte[] base, byte[] bytes, int from, int length) {
    Reader in = new Reader(bytes, from);
    byte[] target = new byte[length];
    int at = 0;
    while (in.hasMore()) {
      int own = in.varint();
      if (own < 0 || own > length - at || own > bytes.length - in.at) {
        return null;
      }
      System.arraycopy(bytes, in.at, target, at, own);
      in.at += own;
      at += own;
      int count = in.hasMore() ? in.varint() : 0;
      int start = count > 0 ? in.varint() : 0;
      if (count < 0
          || start < 0
          || own + count == 0
          || count > length - at
          || start > base.length - count) {
        return null;
      }
      System.arraycopy(base, start, target, at, count);
      at += count;
    }
    return at == length ? target : null;
  }

  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    boolean hasMore() {
      return at < bytes.length;
    }

    /** The next varint, or -1 where there is no right one. */
    int varint() {
      long value = 0;
      for (int shift = 0; shift < 7 * MAX_VARINT; shift += 7) {
        if (!hasMore()) {
          return -1;
        }
        byte next = bytes[at++];
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          boolean shortest = next != 0 || shift == 0;
          return shortest && value <= Integer.MAX_VALUE ? (int) value : -1;
        }
      }
      return -1;
    }
  }
}
