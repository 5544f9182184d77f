package dev.varve.format;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds canonical bytes: big-endian integers of fixed width, shortest unsigned LEB128 varints, and
 * byte strings behind their length. One thread.
 */
public final class ByteWriter {
  private byte[] bytes;
  private int length;

  /** An empty writer. */
  public ByteWriter() {
    this(256);
  }

  /** An empty writer that expects about so many bytes. */
  public ByteWriter(int expected) {
    bytes = new byte[expected];
  }

  /** How many bytes have been written. */
  public int length() {
    return length;
  }

  /** One byte, 0 to 255. */
  public ByteWriter u8(int value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException("not one byte: " + value);
    }
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** Four bytes, big-endian. */
  public ByteWriter u32(long value) {
    return fixed(value, 4);
  }

  /** Eight bytes, big-endian. */
  public ByteWriter i64(long value) {
    return fixed(value, 8);
  }

  /** The low {@code width} bytes of an unsigned value, big-endian; the rest must be zero. */
  public ByteWriter fixed(long value, int width) {
    if (width < 8 && value >>> (8 * width) != 0) {
      throw new IllegalArgumentException(value + " does not fit in " + width + " bytes");
    }
    room(width);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** An unsigned value as LEB128 in its shortest form; 1 to 10 bytes. */
  public ByteWriter varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  /** The bytes alone, without their length. */
  public ByteWriter raw(byte[] source, int offset, int count) {
    room(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** The bytes alone, without their length. */
  public ByteWriter raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  /** What another writer has written. */
  public ByteWriter raw(ByteWriter source) {
    return raw(source.bytes, 0, source.length);
  }

  /** The remaining bytes of the buffer, whose position is unchanged. */
  public ByteWriter raw(ByteBuffer source) {
    room(source.remaining());
    int count = source.remaining();
    source.duplicate().get(bytes, length, count);
    length += count;
    return this;
  }

  /** The 32 bytes of a hash. */
  public ByteWriter hash(ContentHash hash) {
    room(ContentHash.BYTES);
    hash.writeTo(bytes, length);
    length += ContentHash.BYTES;
    return this;
  }

  /** The text with every half of a surrogate pair, which UTF-8 cannot hold, replaced by '?'. */
  public static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** A varint length and the string's UTF-8 bytes; the string is {@link #wellFormed}. */
  public ByteWriter string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return varint(utf8.length).raw(utf8);
  }

  /** Forgets what was written and keeps its memory for what comes. */
  public void clear() {
    length = 0;
  }

  /** A copy of what was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /**
   * What was written, without a copy where that is as much as was expected; the writer must not be
   * used afterwards.
   */
  public byte[] finish() {
    return bytes.length == length ? bytes : toBytes();
  }

  /** What was written, as a read-only view; the writer must not be used afterwards. */
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(bytes, 0, length).slice().asReadOnlyBuffer();
  }

  private void room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
