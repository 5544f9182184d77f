package dev.varve.s3;

import dev.varve.blob.Blobs;
import dev.varve.blob.StoredBlob;
import dev.varve.error.BackendException;
import java.nio.ByteBuffer;

/**
 * A blob whose beginning came with the answer that told its length; the rest is asked for by range.
 * One thread. Holds no connection, and as many bytes as its opener said would be read at once, or
 * {@link #FIRST}.
 */
final class S3Blob implements StoredBlob {
  /**
   * How much the first answer brings where nobody said: most nodes and small chunks need no second
   * request.
   */
  static final int FIRST = 256 << 10;

  private final Bucket bucket;
  private final Attempts attempts;
  private final String key;
  private final Bucket.Piece first;

  S3Blob(Bucket bucket, Attempts attempts, String key, Bucket.Piece first) {
    this.bucket = bucket;
    this.attempts = attempts;
    this.key = key;
    this.first = first;
  }

  @Override
  public long length() {
    return first.total();
  }

  @Override
  public ByteBuffer read(long position, int count) {
    if (position < 0 || count < 0 || count > Blobs.MAX_READ) {
      throw new IllegalArgumentException("cannot read " + count + " bytes from " + position);
    }
    long from = Math.min(position, length());
    int size = (int) Math.min(count, length() - from);
    ByteBuffer held = first.bytes();
    if (from + size <= held.remaining()) {
      return held.slice((int) from, size);
    }
    if (from >= held.remaining()) {
      return fetch(from, size);
    }
    int known = held.remaining() - (int) from;
    return ByteBuffer.allocate(size)
        .put(held.slice((int) from, known))
        .put(fetch(held.remaining(), size - known))
        .flip()
        .asReadOnlyBuffer();
  }

  private ByteBuffer fetch(long from, int size) {
    ByteBuffer bytes =
        attempts.read(() -> bucket.get(key, from, size)).map(Bucket.Piece::bytes).orElse(null);
    if (bytes == null || bytes.remaining() != size) {
      throw BackendException.permanent(
          "cannot read " + key + " in " + bucket.location() + ": it changed while it was read",
          null);
    }
    return bytes;
  }

  @Override
  public void close() {}
}
