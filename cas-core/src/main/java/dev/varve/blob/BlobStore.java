package dev.varve.blob;

/** A reader that also makes writers. Thread-safe; each writer belongs to one thread. */
public interface BlobStore extends BlobReader {
  /**
   * A new batch for a transaction that began at {@code epoch}; its evidence is good to {@code epoch
   * + 1}.
   */
  BlobWriter writer(long epoch);
}
