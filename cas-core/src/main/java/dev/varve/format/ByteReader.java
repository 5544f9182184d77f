package dev.varve.format;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link ByteWriter} writes and refuses everything else: bytes that end early, varints
 * longer than needed, strings that are no UTF-8. Lengths are checked against what is left before
 * anything is allocated. One thread.
 */
public final class ByteReader {
  private final ByteBuffer in;

  /** Reads the buffer's remaining bytes through a view of its own. */
  public ByteReader(ByteBuffer source) {
    in = source.slice();
  }

  /** Where the next read begins, in bytes from the start. */
  public int position() {
    return in.position();
  }

  /** How many bytes are left. */
  public int remaining() {
    return in.remaining();
  }

  /** One byte, 0 to 255. */
  public int u8() {
    need(1, "a byte");
    return in.get() & 0xFF;
  }

  /** Four bytes, big-endian, unsigned. */
  public long u32() {
    need(4, "a 4-byte integer");
    return in.getInt() & 0xFFFFFFFFL;
  }

  /** Eight bytes, big-endian. */
  public long i64() {
    need(8, "an 8-byte integer");
    return in.getLong();
  }

  /** A shortest-form LEB128 value of at most 64 bits. */
  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0 || shift == 63 && next > 1) {
          throw new MalformedBytesException(
              "a varint is longer than needed, before byte " + position());
        }
        return value;
      }
    }
    throw new MalformedBytesException("a varint has more than 64 bits, before byte " + position());
  }

  /** A varint that must be between 0 and {@code max}. */
  public int boundedVarint(int max, String what) {
    long value = varint();
    if (value < 0 || value > max) {
      throw new MalformedBytesException(
          what + " is " + Long.toUnsignedString(value) + ", at most " + max + " is allowed");
    }
    return (int) value;
  }

  /** The next 32 bytes. */
  public ContentHash hash() {
    need(ContentHash.BYTES, "a hash");
    ContentHash hash = ContentHash.at(in, in.position());
    in.position(in.position() + ContentHash.BYTES);
    return hash;
  }

  /** The next {@code count} bytes, copied. */
  public byte[] raw(int count) {
    need(count, "a byte string");
    byte[] out = new byte[count];
    in.get(out);
    return out;
  }

  /** A string behind its varint length of at most {@code maxBytes} bytes of UTF-8. */
  public String string(int maxBytes, String what) {
    byte[] utf8 = raw(boundedVarint(maxBytes, "the length of " + what));
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString();
    } catch (CharacterCodingException bad) {
      throw new MalformedBytesException(what + " is not UTF-8", bad);
    }
  }

  /** Refuses bytes after the last field. */
  public void end() {
    if (in.hasRemaining()) {
      throw new MalformedBytesException(in.remaining() + " bytes follow the last field");
    }
  }

  private void need(int count, String what) {
    if (count < 0 || in.remaining() < count) {
      throw new MalformedBytesException(
          what
              + " of "
              + count
              + " bytes is needed at byte "
              + in.position()
              + ", "
              + in.remaining()
              + " are left");
    }
  }
}
