package dev.varve.testkit;

import dev.varve.blob.ValueSource;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.IOException;
import java.io.InputStream;

/**
 * A value of any length that is computed while it is read, so that it costs no memory; optionally
 * one that breaks on the way. Immutable.
 *
 * @param seed tells one value from another
 * @param length how many bytes are promised
 * @param ends after how many bytes the stream ends
 * @param breaks after how many bytes reading fails; more than {@code ends} for never
 */
public record GeneratedSource(long seed, long length, long ends, long breaks)
    implements ValueSource {
  /** A source that keeps its promise. */
  public static GeneratedSource of(long seed, long length) {
    return new GeneratedSource(seed, length, length, Long.MAX_VALUE);
  }

  /** The same bytes, but reading fails after some of them. */
  public GeneratedSource breakingAfter(long bytes) {
    return new GeneratedSource(seed, length, ends, bytes);
  }

  /** The same promise, but the stream ends elsewhere. */
  public GeneratedSource endingAfter(long bytes) {
    return new GeneratedSource(seed, length, bytes, breaks);
  }

  /** The byte at a position. */
  public byte at(long position) {
    return (byte) (word(position >>> 3) >>> 8 * (position & 7));
  }

  /** Eight bytes at once, the first in the lowest bits. */
  private long word(long index) {
    long mixed = index * 0x9E3779B97F4A7C15L + seed;
    return (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
  }

  /** The SHA-256 hash of what a stream gives that does not break. */
  public ContentHash hash() {
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    byte[] part = new byte[1 << 16];
    for (long at = 0; at < ends; ) {
      int count = fill(part, 0, part.length, at, ends);
      hasher.update(part, 0, count);
      at += count;
    }
    return hasher.finish();
  }

  @Override
  public InputStream open() {
    return new InputStream() {
      private long at;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] target, int offset, int count) throws IOException {
        if (at >= breaks) {
          throw new IOException("the source broke after " + at + " bytes");
        }
        if (at >= ends) {
          return -1;
        }
        int filled = fill(target, offset, count, at, Math.min(ends, breaks));
        at += filled;
        return filled;
      }
    };
  }

  private int fill(byte[] target, int offset, int count, long from, long end) {
    int filled = (int) Math.min(count, end - from);
    long word = word(from >>> 3) >>> 8 * (from & 7);
    for (int i = 0; i < filled; i++) {
      target[offset + i] = (byte) word;
      word = (from + i + 1 & 7) == 0 ? word(from + i + 1 >>> 3) : word >>> 8;
    }
    return filled;
  }

  @Override
  public String label() {
    return "generated value " + seed;
  }
}
