package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.util.function.ObjLongConsumer;

/**
 * A store that can tell what it holds. An extra power of a blob store, for accounting and checks.
 */
public interface ScannableBlobs {
  /**
   * Hands every stored blob's hash and length to the consumer, in order of hash, in bounded memory.
   * Blobs stored while the scan runs may or may not be seen. The consumer may call the store.
   */
  void scan(ObjLongConsumer<ContentHash> each);
}
