package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a blob in the place of whatever stands under its hash. What stands in a pack stays there,
 * but no row names it; the right bytes are a row of their own, so that all happens in one
 * transaction.
 */
final class ReplaceBlob extends WriteRequest<Boolean> {
  private final ContentHash hash;
  private final @Nullable ByteBuffer whole;
  private final ValueFiles.@Nullable Incoming file;
  private final long length;

  private ReplaceBlob(
      ContentHash hash,
      @Nullable ByteBuffer whole,
      ValueFiles.@Nullable Incoming file,
      long length) {
    super("replace blob " + hash.brief());
    this.hash = hash;
    this.whole = whole;
    this.file = file;
    this.length = length;
  }

  /** By bytes. */
  static ReplaceBlob by(ContentHash hash, ByteBuffer bytes) {
    return new ReplaceBlob(hash, bytes, null, bytes.remaining());
  }

  /** By a large value. */
  static ReplaceBlob by(ContentHash hash, ValueFiles.Incoming file, long length) {
    return new ReplaceBlob(hash, null, file, length);
  }

  @Override
  long bytes() {
    return whole == null ? 0 : whole.remaining();
  }

  @Override
  protected Boolean apply(TableTxn txn) {
    byte[] key = hash.toBytes();
    if (whole != null) {
      txn.put(Table.BLOBS, key, whole);
      txn.delete(Table.PACKED, key);
      txn.delete(Table.DELTAS, key);
      txn.delete(Table.CANDIDATES, key);
      return true;
    }
    if (file != null) {
      // A row of bytes, of a place, or of a difference would hide the file.
      txn.delete(Table.BLOBS, key);
      txn.delete(Table.PACKED, key);
      txn.delete(Table.DELTAS, key);
      file.name(hash);
      txn.put(Table.VALUES, key, LmdbLayout.lengthRow(length));
      txn.delete(Table.CANDIDATES, key);
      return true;
    }
    throw new IllegalStateException("nothing to put");
  }

  @Override
  protected Boolean unknown(Boolean outcome, LmdbOutage why) {
    throw BackendException.permanent(why.message(), why.cause());
  }
}
