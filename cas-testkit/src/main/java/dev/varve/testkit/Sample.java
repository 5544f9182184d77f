package dev.varve.testkit;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Bytes that depend on a seed alone, and their hash. Immutable.
 *
 * @param bytes read-only, from position 0
 */
public record Sample(ContentHash hash, ByteBuffer bytes) {
  /** {@code length} random bytes. */
  public static Sample of(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return of(bytes);
  }

  /** These bytes, which must not change. */
  public static Sample of(byte[] bytes) {
    ByteBuffer view = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    return new Sample(HashAlgorithm.SHA256.hash(view), view);
  }

  /** A fresh view of the bytes. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /** How many bytes there are. */
  public int length() {
    return bytes.remaining();
  }
}
