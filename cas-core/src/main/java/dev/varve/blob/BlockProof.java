package dev.varve.blob;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What is remembered of a value whose hash was found right: a checksum of each of its blocks, taken
 * of those same bytes. What is read later is checked by the blocks it touches, so that what a disk
 * does to them meanwhile is found as well. Immutable; 8 bytes for each block.
 *
 * <p>A checksum is two CRCs of 32 bits with different polynomials, for which processors have
 * instructions: it finds what happens by accident (every burst of up to 64 bits; of anything else
 * all but one in 2^64), at a tenth of the cost of the hash. It is no defence against somebody who
 * writes into the files of a running process on purpose; see decision 0011.
 */
public final class BlockProof {
  /** The largest block, in bytes. */
  public static final int LARGE_BLOCK = 256 << 10;

  private static final int SMALL_BLOCK = 64 << 10;

  /** Above this many bytes a value's blocks are large. */
  private static final long SMALL = 16L << 20;

  private final String object;
  private final long length;
  private final long[] blocks;

  private BlockProof(String object, long length, long[] blocks) {
    this.object = object;
    this.length = length;
    this.blocks = blocks;
  }

  /** How many bytes the blocks of a value have, but for its last. */
  public static int blockSize(long length) {
    return length <= SMALL ? SMALL_BLOCK : LARGE_BLOCK;
  }

  /** How many blocks a value has. */
  public static int blockCount(long length) {
    return Math.toIntExact((length + blockSize(length) - 1) / blockSize(length));
  }

  /** What to remember of bytes that have their hash. */
  public static BlockProof of(ContentHash hash, ByteBuffer verified) {
    int size = blockSize(verified.remaining());
    long[] blocks = new long[blockCount(verified.remaining())];
    for (int i = 0; i < blocks.length; i++) {
      int at = i * size;
      blocks[i] = checksum(verified.slice(at, Math.min(size, verified.remaining() - at)));
    }
    return new BlockProof(hash.toString(), verified.remaining(), blocks);
  }

  /** Length of the value. */
  public long length() {
    return length;
  }

  /** Bytes of memory that this takes, about. */
  public int weight() {
    return 256 + Long.BYTES * blocks.length;
  }

  /**
   * Checks one block.
   *
   * @param index which block
   * @param bytes all its bytes
   * @throws CorruptDataException where they are not what they were when the value was proved
   */
  public void check(String what, int index, ByteBuffer bytes) {
    if (checksum(bytes) != blocks[index]) {
      throw CorruptDataException.malformed(
          what,
          object,
          "the bytes from "
              + (long) index * blockSize(length)
              + " on are not those that its hash proved before");
    }
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32C one = new CRC32C();
    one.update(bytes.duplicate());
    CRC32 other = new CRC32();
    other.update(bytes.duplicate());
    return one.getValue() << 32 | other.getValue();
  }

  /** Proves a value while it is read from its first to its last byte. One thread. */
  public static final class Maker {
    private final ContentHash hash;
    private final long length;
    private final Hasher whole;
    private final long[] blocks;
    private int taken;

    public Maker(HashAlgorithm algorithm, ContentHash hash, long length) {
      this.hash = hash;
      this.length = length;
      this.whole = algorithm.hasher();
      this.blocks = new long[blockCount(length)];
    }

    /** Takes the next block; the buffer's position is unchanged. */
    public void block(ByteBuffer bytes) {
      whole.update(bytes.duplicate());
      blocks[taken++] = checksum(bytes);
    }

    /**
     * The proof.
     *
     * @throws CorruptDataException where the blocks together do not have the hash
     */
    public BlockProof finish(String what) {
      ContentHash actual = whole.finish();
      if (!actual.equals(hash)) {
        throw CorruptDataException.wrongHash(what, hash.toString(), actual.toString());
      }
      return new BlockProof(hash.toString(), length, blocks);
    }
  }
}
