package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;

/**
 * One thread's batch of new blobs, made for an epoch.
 *
 * <p>After {@code flush} returns, every blob put before is durable (survives kill and power loss)
 * and visible to all readers. Before that a blob may or may not be visible, and a crash may keep
 * any subset of the batch, each blob whole or absent. Putting what is stored already is cheap and
 * never overwrites. A writer deletes nothing. After a failure a writer refuses further use.
 */
public interface BlobWriter extends AutoCloseable {
  /**
   * Adds a blob of at most {@link Blobs#MAX_WHOLE} bytes. The caller vouches that {@code hash} is
   * the hash of the buffer's remaining bytes, and must not change them before the next flush. The
   * buffer's position is unchanged.
   */
  void put(ContentHash hash, ByteBuffer bytes);

  /**
   * As {@link #put(ContentHash, ByteBuffer)}, of a blob that the caller found missing a moment ago:
   * a store that would ask whether it is there before it sends much need not. And nobody must
   * change the bytes any more, also after this writer was closed: it may still be reading them
   * then.
   */
  default void putMissing(ContentHash hash, ByteBuffer bytes) {
    put(hash, bytes);
  }

  /**
   * Adds a blob as {@link #put(ContentHash, ByteBuffer)} does, and says which one it takes the
   * place of, whose bytes it has for the most part. A store may keep the difference alone, and
   * gives back the whole; it may as well take no notice.
   *
   * @param replaced need not be stored
   */
  default void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
    put(hash, bytes);
  }

  /**
   * Adds a blob of any size in bounded memory. The source may be opened more than once. It must
   * fail where its bytes do not have the hash (see {@link VerifiedSource}); the blob is then not
   * stored.
   */
  void put(ContentHash hash, ValueSource source);

  /**
   * Makes everything put so far durable and visible.
   *
   * @return the evidence for a ref write that relies on these blobs, and on those of all earlier
   *     flushes of this writer
   */
  Evidence flush();

  /**
   * Sees to it that a crash loses little of what was put so far. Costs as much as a flush, or less
   * in a store that begins to store what it kept back and does not wait, and nothing in one that
   * sends each blob at once; either way only {@link #flush} says that anything is stored.
   */
  default void checkpoint() {
    flush();
  }

  /** What was stored by this writer since it was made. */
  WriteTotals totals();

  /** Drops what was not flushed. */
  @Override
  void close();
}
