package dev.varve.server;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What is remembered of a value whose hash was found right: the hash of each of its blocks, taken
 * in that same reading. A range read later is proved by the blocks it touches, so that what a disk
 * does to them meanwhile is found as well. Immutable; about 64 bytes for each block.
 */
final class Proof {
  private static final int SMALL_BLOCK = 64 << 10;
  private static final int LARGE_BLOCK = Body.PART;

  /** Above this many bytes a value's blocks are large. */
  private static final long SMALL = 16L << 20;

  private final HashAlgorithm algorithm;
  private final String object;
  private final long length;
  private final List<ContentHash> blocks;

  private Proof(HashAlgorithm algorithm, String object, long length, List<ContentHash> blocks) {
    this.algorithm = algorithm;
    this.object = object;
    this.length = length;
    this.blocks = List.copyOf(blocks);
  }

  /** How many bytes the blocks of a value have, but for its last. */
  static int blockSize(long length) {
    return length <= SMALL ? SMALL_BLOCK : LARGE_BLOCK;
  }

  /** Length of the value. */
  long length() {
    return length;
  }

  /** Bytes of memory that this takes, about. */
  int weight() {
    return 128 + 64 * blocks.size();
  }

  /**
   * Checks one block.
   *
   * @param index which block
   * @param bytes all its bytes
   * @throws CorruptDataException where they are not what they were when the value was proved
   */
  void check(String what, int index, ByteBuffer bytes) {
    ContentHash actual = algorithm.hash(bytes);
    if (!actual.equals(blocks.get(index))) {
      throw CorruptDataException.malformed(
          what,
          object,
          "the bytes from "
              + (long) index * blockSize(length)
              + " on are not those that its hash proved before");
    }
  }

  /** Proves a value while it is read from its first to its last byte. One thread. */
  static final class Maker {
    private final HashAlgorithm algorithm;
    private final ContentHash hash;
    private final long length;
    private final Hasher whole;
    private final List<ContentHash> blocks = new ArrayList<>();

    Maker(HashAlgorithm algorithm, ContentHash hash, long length) {
      this.algorithm = algorithm;
      this.hash = hash;
      this.length = length;
      this.whole = algorithm.hasher();
    }

    /** Takes the next block; the buffer's position is unchanged. */
    void block(ByteBuffer bytes) {
      whole.update(bytes.duplicate());
      blocks.add(algorithm.hash(bytes));
    }

    /**
     * The proof.
     *
     * @throws CorruptDataException where the blocks together do not have the hash
     */
    Proof finish(String what) {
      ContentHash actual = whole.finish();
      if (!actual.equals(hash)) {
        throw CorruptDataException.wrongHash(what, hash.toString(), actual.toString());
      }
      return new Proof(algorithm, hash.toString(), length, blocks);
    }
  }
}
