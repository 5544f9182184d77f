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

  @Override
  void close();
}
