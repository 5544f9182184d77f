package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;

/** A blob that is a file of its own, which stays readable while it is open. One thread. */
record FileBlob(RandomAccessFile file, long length, ContentHash hash, String location)
    implements StoredBlob {
  /** Takes over the file. */
  static FileBlob of(RandomAccessFile file, ContentHash hash, String location) {
    try {
      return new FileBlob(file, file.length(), hash, location);
    } catch (IOException failed) {
      throw failure(hash, location, failed);
    }
  }

  @Override
  public ByteBuffer read(long position, int count) {
    Ranges.check(position, count);
    byte[] copy = new byte[(int) Math.max(0, Math.min(count, length - position))];
    try {
      file.seek(position);
      file.readFully(copy);
    } catch (IOException failed) {
      throw failure(hash, location, failed);
    }
    return ByteBuffer.wrap(copy).asReadOnlyBuffer();
  }

  @Override
  public int read(long position, ByteBuffer into) {
    if (!into.hasArray()) {
      return StoredBlob.super.read(position, into);
    }
    Ranges.check(position, into.remaining());
    int count = (int) Math.max(0, Math.min(into.remaining(), length - position));
    try {
      file.seek(position);
      file.readFully(into.array(), into.arrayOffset() + into.position(), count);
    } catch (IOException failed) {
      throw failure(hash, location, failed);
    }
    return count;
  }

  private static BackendException failure(ContentHash hash, String location, IOException failed) {
    return BackendException.permanent(
        "cannot read blob " + hash.brief() + " in " + location + ": " + failed.getMessage(),
        failed);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException ignored) {
      // It was read only; nothing is lost.
    }
  }
}
