package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import java.nio.ByteBuffer;

/** A small blob, copied when it was opened. Immutable. */
record HeldBlob(byte[] bytes) implements StoredBlob {
  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public ByteBuffer read(long position, int count) {
    Ranges.check(position, count);
    int from = (int) Math.min(position, bytes.length);
    return ByteBuffer.wrap(bytes, from, Math.min(count, bytes.length - from))
        .slice()
        .asReadOnlyBuffer();
  }

  @Override
  public void close() {}
}
