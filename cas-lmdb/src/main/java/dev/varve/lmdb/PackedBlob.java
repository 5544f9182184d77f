package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;

/** A blob in a pack. Holds nothing open of its own. Thread-safe. */
record PackedBlob(Packs packs, ContentHash hash, PackPlace place) implements StoredBlob {
  @Override
  public long length() {
    return place.length();
  }

  @Override
  public ByteBuffer read(long position, int count) {
    Ranges.check(position, count);
    ByteBuffer copy =
        ByteBuffer.allocate((int) Math.max(0, Math.min(count, place.length() - position)));
    read(position, copy);
    return copy.asReadOnlyBuffer();
  }

  @Override
  public int read(long position, ByteBuffer into) {
    int count = packs.read(place, position, into);
    if (count < 0) {
      throw new MissingBlobException(
          "a blob of which " + packs.path(place.pack()) + " was cut or lost", hash.toString());
    }
    return count;
  }

  @Override
  public void close() {}
}
