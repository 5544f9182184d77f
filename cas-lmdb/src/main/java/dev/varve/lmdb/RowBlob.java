package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;

/**
 * A blob read from its row part by part, each in a transaction of its own, so that a slow reader
 * keeps no page of the environment from being used again.
 */
record RowBlob(LmdbEnvironment environment, ContentHash hash, long length) implements StoredBlob {
  @Override
  public ByteBuffer read(long position, int count) {
    Ranges.check(position, count);
    byte[] copy =
        environment.read(
            () -> "read blob " + hash.brief(),
            txn -> txn.get(Table.BLOBS, hash.toBytes(), position, count));
    if (copy == null) {
      throw new MissingBlobException("a blob that was removed while it was read", hash.toString());
    }
    return ByteBuffer.wrap(copy).asReadOnlyBuffer();
  }

  @Override
  public void close() {}
}
