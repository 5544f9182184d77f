package dev.varve.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.varve.hash.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that were verified, up to a number of bytes. Made when the first one is put: making the
 * library's cache takes longer than many a command that reads no tree. Thread-safe.
 */
final class NodeCache {
  private final long bytes;
  private volatile @Nullable Cache<ContentHash, Node> cache;

  /** Keeps about so many bytes; none where it is 0. */
  NodeCache(long bytes) {
    this.bytes = bytes;
  }

  /** A node that is kept. */
  @Nullable Node get(ContentHash hash) {
    Cache<ContentHash, Node> made = cache;
    return made == null ? null : made.getIfPresent(hash);
  }

  /** Keeps a node while there is room for it. */
  void put(ContentHash hash, Node node) {
    if (bytes > 0) {
      made().put(hash, node);
    }
  }

  private Cache<ContentHash, Node> made() {
    Cache<ContentHash, Node> made = cache;
    return made != null ? made : make();
  }

  private synchronized Cache<ContentHash, Node> make() {
    Cache<ContentHash, Node> made = cache;
    if (made == null) {
      made =
          Caffeine.newBuilder()
              .maximumWeight(bytes)
              .<ContentHash, Node>weigher((hash, node) -> node.weight())
              .executor(Runnable::run)
              .build();
      cache = made;
    }
    return made;
  }
}
