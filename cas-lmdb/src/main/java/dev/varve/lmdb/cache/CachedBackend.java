package dev.varve.lmdb.cache;

import dev.varve.blob.BlobStore;
import dev.varve.blob.ScannableBlobs;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A backend whose blobs are looked for in a cache first, and kept there when they are read or put.
 * Thread-safe. Refs, the configuration, and whether a blob is stored are always asked of the
 * backend itself: that a blob is cached proves nothing about the store. So a check of a store must
 * not go through this.
 */
public final class CachedBackend implements Backend {
  private final Backend far;
  private final BlobCache cache;
  private final BlobStore blobs;

  private CachedBackend(Backend far, BlobCache cache, BlobStore blobs) {
    this.far = far;
    this.cache = cache;
    this.blobs = blobs;
  }

  /** {@code far} behind {@code cache}; closing it closes both. */
  public static CachedBackend over(Backend far, BlobCache cache) {
    BlobStore store = far.blobs();
    return new CachedBackend(
        far,
        cache,
        store instanceof ScannableBlobs
            ? new CachedBlobs.Scannable(store, cache)
            : new CachedBlobs(store, cache));
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public RefStore refs() {
    return far.refs();
  }

  @Override
  public Optional<ByteBuffer> config() {
    return far.config();
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    return far.createConfig(bytes);
  }

  @Override
  public void namedBy(HashAlgorithm algorithm) {
    far.namedBy(algorithm);
  }

  @Override
  public void requireSoleWriter() {
    far.requireSoleWriter();
  }

  @Override
  public boolean keepsPacks() {
    return far.keepsPacks();
  }

  @Override
  public boolean keepsDeltas() {
    return far.keepsDeltas();
  }

  @Override
  public String location() {
    return far.location();
  }

  @Override
  public void close() {
    try {
      far.close();
    } finally {
      cache.close();
    }
  }
}
