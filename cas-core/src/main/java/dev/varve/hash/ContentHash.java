package dev.varve.hash;

import dev.varve.error.InvalidNameException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The 32-byte hash of a byte string, and so the name of the blob that holds it. Ordered by unsigned
 * bytes. Immutable.
 */
public record ContentHash(long w0, long w1, long w2, long w3) implements Comparable<ContentHash> {
  /** Length of every hash, in bytes. */
  public static final int BYTES = 32;

  /**
   * The all-zero value, used where a record has no predecessor; never the hash of anything known.
   */
  public static final ContentHash ZERO = new ContentHash(0, 0, 0, 0);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  /** Reads 32 bytes at an absolute position; the buffer's position is unchanged. */
  public static ContentHash at(ByteBuffer source, int index) {
    ByteBuffer big = source.order() == ByteOrder.BIG_ENDIAN ? source : source.duplicate();
    return new ContentHash(
        big.getLong(index),
        big.getLong(index + 8),
        big.getLong(index + 16),
        big.getLong(index + 24));
  }

  /** Reads 32 bytes from an offset. */
  public static ContentHash at(byte[] source, int offset) {
    return new ContentHash(
        (long) LONGS.get(source, offset),
        (long) LONGS.get(source, offset + 8),
        (long) LONGS.get(source, offset + 16),
        (long) LONGS.get(source, offset + 24));
  }

  /** Reads exactly 32 bytes. */
  public static ContentHash of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length);
    }
    return at(bytes, 0);
  }

  /** Parses 64 hex digits of either case. */
  public static ContentHash parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new InvalidNameException(
          "hash", hex, "it must have 64 hex digits, not " + hex.length());
    }
    long[] words = new long[4];
    for (int i = 0; i < hex.length(); i++) {
      int digit = hex.charAt(i) < 128 ? Character.digit(hex.charAt(i), 16) : -1;
      if (digit < 0) {
        throw new InvalidNameException("hash", hex, "'" + hex.charAt(i) + "' is no hex digit");
      }
      words[i >>> 4] = words[i >>> 4] << 4 | digit;
    }
    return new ContentHash(words[0], words[1], words[2], words[3]);
  }

  /** Appends the 32 bytes at the buffer's position. */
  public void writeTo(ByteBuffer target) {
    byte[] raw = toBytes();
    target.put(raw);
  }

  /** A fresh copy of the 32 bytes. */
  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    writeTo(bytes, 0);
    return bytes;
  }

  /** Writes the 32 bytes from an offset on. */
  public void writeTo(byte[] target, int offset) {
    LONGS.set(target, offset, w0);
    LONGS.set(target, offset + 8, w1);
    LONGS.set(target, offset + 16, w2);
    LONGS.set(target, offset + 24, w3);
  }

  /** The first eight hex digits, for messages; never an identity. */
  public String brief() {
    return toString().substring(0, 8);
  }

  /** The full 64 hex digits, lower case. */
  @Override
  public String toString() {
    char[] out = new char[2 * BYTES];
    fill(out, 0, w0);
    fill(out, 16, w1);
    fill(out, 32, w2);
    fill(out, 48, w3);
    return new String(out);
  }

  private static void fill(char[] out, int at, long word) {
    for (int i = 0; i < 16; i++) {
      out[at + i] = HEX[(int) (word >>> (60 - 4 * i)) & 15];
    }
  }

  @Override
  public int compareTo(ContentHash other) {
    int byWord = Long.compareUnsigned(w0, other.w0);
    if (byWord == 0) {
      byWord = Long.compareUnsigned(w1, other.w1);
    }
    if (byWord == 0) {
      byWord = Long.compareUnsigned(w2, other.w2);
    }
    return byWord == 0 ? Long.compareUnsigned(w3, other.w3) : byWord;
  }

  /** Spelled out: what a record has instead is linked when first called, and every run calls it. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ContentHash that
        && w0 == that.w0
        && w1 == that.w1
        && w2 == that.w2
        && w3 == that.w3;
  }

  /** The bytes are uniform, so a part of them is as good as a mix of all. */
  @Override
  public int hashCode() {
    return (int) (w0 ^ w0 >>> 32);
  }
}
