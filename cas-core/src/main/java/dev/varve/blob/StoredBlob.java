package dev.varve.blob;

import java.nio.ByteBuffer;

/**
 * A handle on one stored blob. One thread. Reads are positional, so a blob of any size is read in
 * bounded memory. Closing twice is harmless.
 */
public interface StoredBlob extends AutoCloseable {
  /** Length of the blob, in bytes. */
  long length();

  /**
   * The bytes from {@code position} on, {@code count} of them or as many as there are. The returned
   * buffer belongs to the caller, is read-only, and outlives this handle; no memory of the backend
   * escapes in it.
   *
   * @param count at most {@link Blobs#MAX_READ}
   */
  ByteBuffer read(long position, int count);

  /**
   * Copies bytes from {@code position} on into memory of the caller's.
   *
   * @param into is filled from its position on, as far as it has room; its position is unchanged
   * @return how many bytes were copied, less than there is room for where the blob ends before
   */
  default int read(long position, ByteBuffer into) {
    ByteBuffer bytes = read(position, into.remaining());
    into.duplicate().put(bytes.duplicate());
    return bytes.remaining();
  }

  @Override
  void close();
}
