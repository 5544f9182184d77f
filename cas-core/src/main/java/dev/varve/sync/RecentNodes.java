package dev.varve.sync;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that were just made and that the store need not show before a flush: an editor reads
 * only the topmost of them again, which are the last. One thread. Memory: 64 nodes.
 */
final class RecentNodes {
  private static final int KEPT = 64;

  private final Map<ContentHash, ByteBuffer> nodes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, ByteBuffer> eldest) {
          return size() > KEPT;
        }
      };

  void add(ContentHash hash, ByteBuffer bytes) {
    nodes.put(hash, bytes.duplicate());
  }

  Optional<ByteBuffer> find(ContentHash hash) {
    return Optional.ofNullable(nodes.get(hash)).map(ByteBuffer::duplicate);
  }
}
