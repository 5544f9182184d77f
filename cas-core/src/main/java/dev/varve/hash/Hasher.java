package dev.varve.hash;

import java.nio.ByteBuffer;

/** Computes one hash at a time over bytes given in order. One thread. */
public interface Hasher {
  /** Takes the remaining bytes; the buffer's position moves to its limit. */
  void update(ByteBuffer bytes);

  /** Takes {@code length} bytes from {@code offset}. */
  void update(byte[] bytes, int offset, int length);

  /** The hash of all bytes since the last finish; the hasher then begins anew. */
  ContentHash finish();
}
