package dev.varve.repair;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the one bit by which bytes differ from those they should be, where it is one: by trying
 * each of them. What disks and memory do to bytes is mostly this.
 */
final class OneBit {
  /**
   * The most bytes that are tried: hashing them once for each of their bits takes some seconds
   * then.
   */
  static final int MAX_BYTES = 24 << 10;

  private OneBit() {}

  /** The bytes with one bit flipped that have a hash. */
  static Optional<ByteBuffer> find(ByteBuffer bytes, ContentHash hash, HashAlgorithm algorithm) {
    return find(bytes, MAX_BYTES, tried -> algorithm.hash(tried).equals(hash));
  }

  /** The bytes with one bit flipped that are right. */
  static Optional<ByteBuffer> find(ByteBuffer bytes, int maxBytes, Predicate<ByteBuffer> right) {
    if (bytes.remaining() > maxBytes) {
      return Optional.empty();
    }
    byte[] tried = new byte[bytes.remaining()];
    bytes.duplicate().get(tried);
    for (int bit = 0; bit < 8 * tried.length; bit++) {
      tried[bit >> 3] ^= (byte) (1 << (bit & 7));
      ByteBuffer view = ByteBuffer.wrap(tried);
      if (right.test(view)) {
        return Optional.of(ByteBuffer.wrap(tried));
      }
      tried[bit >> 3] ^= (byte) (1 << (bit & 7));
    }
    return Optional.empty();
  }
}
