package dev.varve.lmdb.cache;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;

/** Blobs of a store behind a cache. Thread-safe. */
class CachedBlobs implements BlobStore {
  private final BlobStore far;
  private final BlobCache cache;

  CachedBlobs(BlobStore far, BlobCache cache) {
    this.far = far;
    this.cache = cache;
  }

  /** The same over a store that can be scanned. */
  static final class Scannable extends CachedBlobs implements ScannableBlobs {
    private final ScannableBlobs scanned;

    Scannable(BlobStore far, BlobCache cache) {
      super(far, cache);
      this.scanned = (ScannableBlobs) far;
    }

    @Override
    public void scan(ObjLongConsumer<ContentHash> each) {
      scanned.scan(each);
    }
  }

  /** {@inheritDoc} What was damaged far away is not taken into the cache. */
  @Override
  public Optional<StoredBlob> openCopy(ContentHash hash, int tried) {
    return far.openCopy(hash, tried);
  }

  @Override
  public Optional<StoredBlob> open(ContentHash hash) {
    return cached(hash).or(() -> filling(hash, far.open(hash)));
  }

  @Override
  public Optional<StoredBlob> open(ContentHash hash, int soon) {
    return cached(hash).or(() -> filling(hash, far.open(hash, soon)));
  }

  private Optional<StoredBlob> cached(ContentHash hash) {
    return cache.get(hash).map(Held::new);
  }

  private Optional<StoredBlob> filling(ContentHash hash, Optional<StoredBlob> found) {
    return found.map(
        blob -> blob.length() > cache.largest() ? blob : new Filling(hash, blob, cache));
  }

  /** Asked of the store itself: only that is evidence. */
  @Override
  public Set<ContentHash> missing(Collection<ContentHash> hashes) {
    return far.missing(hashes);
  }

  @Override
  public BlobWriter writer(long epoch) {
    return new Writer(far.writer(epoch), cache);
  }

  private record Held(ByteBuffer bytes) implements StoredBlob {
    @Override
    public long length() {
      return bytes.remaining();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      int from = (int) Math.min(position, bytes.remaining());
      return bytes.slice(from, Math.min(count, bytes.remaining() - from)).asReadOnlyBuffer();
    }

    @Override
    public void close() {}
  }

  /**
   * Keeps what is read from the first byte to the last, in one read or many; a part alone is not
   * worth asking for the rest. One thread.
   */
  private static final class Filling implements StoredBlob {
    private final ContentHash hash;
    private final StoredBlob blob;
    private final BlobCache cache;
    private ByteBuffer read = ByteBuffer.allocate(0);

    Filling(ContentHash hash, StoredBlob blob, BlobCache cache) {
      this.hash = hash;
      this.blob = blob;
      this.cache = cache;
    }

    @Override
    public long length() {
      return blob.length();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      ByteBuffer part = blob.read(position, count);
      if (position == 0 && part.remaining() == blob.length()) {
        cache.put(hash, part);
      } else if (part.hasRemaining() && position == read.position()) {
        if (read.capacity() == 0) {
          read = ByteBuffer.allocate((int) blob.length());
        }
        read.put(part.duplicate());
        if (!read.hasRemaining()) {
          cache.put(hash, read.flip());
          read = ByteBuffer.allocate(0);
        }
      }
      return part;
    }

    @Override
    public void close() {
      blob.close();
    }
  }

  /** Keeps what is put. One thread. */
  private record Writer(BlobWriter far, BlobCache cache) implements BlobWriter {
    @Override
    public void put(ContentHash hash, ByteBuffer bytes) {
      far.put(hash, bytes);
      cache.put(hash, bytes);
    }

    @Override
    public void putMissing(ContentHash hash, ByteBuffer bytes) {
      far.putMissing(hash, bytes);
      cache.put(hash, bytes);
    }

    @Override
    public void put(ContentHash hash, ValueSource source) {
      far.put(hash, source);
      if (source.length() <= cache.largest()) {
        try {
          cache.put(hash, ByteBuffer.wrap(source.whole()));
        } catch (IOException changed) {
          // The store has the value; that it is not cached costs a request some day.
        }
      }
    }

    @Override
    public void checkpoint() {
      far.checkpoint();
    }

    @Override
    public Evidence flush() {
      return far.flush();
    }

    @Override
    public WriteTotals totals() {
      return far.totals();
    }

    @Override
    public void close() {
      far.close();
    }
  }
}
