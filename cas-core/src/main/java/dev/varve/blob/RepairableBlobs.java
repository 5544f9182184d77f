package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A store in which what is damaged can be stored anew. An extra power of a blob store; no writer
 * has it. Thread-safe.
 *
 * <p>Stopping at any point leaves under the hash what was there, or nothing, or the right bytes,
 * and never takes anything away that is not kept aside; doing the same again is harmless. The
 * caller has read what is stored and found it missing or wrong.
 */
public interface RepairableBlobs {
  /**
   * Stores a blob whatever stands under its hash. What stands there is kept aside first. Durable
   * when it returns.
   *
   * @param proven fails where its bytes do not have the hash (see {@link VerifiedSource}); then
   *     nothing is stored
   * @return where what stood there is kept, or empty where nothing did
   */
  Optional<String> replace(ContentHash hash, ValueSource proven);

  /**
   * Keeps aside what stands under a hash and leaves nothing there, so that the next put of the
   * right bytes stores them. Durable when it returns.
   *
   * @param damaged asked at the moment when it is taken away: somebody else may have mended it
   * @return where it is kept; empty where nothing stood there, or nothing damaged, or where it is
   *     what it is a {@link Standing difference} to that is; and where {@link #takesAway} is false:
   *     then it stays
   */
  Optional<String> moveAside(ContentHash hash, Predicate<StoredBlob> damaged);

  /** Whether this store can leave nothing under a name without danger to others. */
  boolean takesAway();

  /**
   * That a blob is stored as its difference to another. Immutable.
   *
   * @param base the other, without whose right bytes the blob cannot be read
   * @param right whether the difference is stored as it was written: then the right bytes of the
   *     base are all that the blob needs. Otherwise one of its bits was taken for flipped
   */
  record Standing(ContentHash base, boolean right) {}

  /** On which other a blob stands; empty where it stands by itself, or not at all. */
  default Optional<Standing> standing(ContentHash hash) {
    return Optional.empty();
  }

  /**
   * What a blob that is stored as a difference would be over other bytes of its base. It is not
   * verified.
   *
   * @return empty where {@link #standing} is, or its difference does not fit to the bytes
   */
  default Optional<ByteBuffer> over(ContentHash hash, ByteBuffer base) {
    return Optional.empty();
  }
}
