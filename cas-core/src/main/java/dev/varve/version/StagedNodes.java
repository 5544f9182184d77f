package dev.varve.version;

import dev.varve.blob.BlobWriter;
import dev.varve.hash.ContentHash;
import dev.varve.tree.NodeSink;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Hands new nodes to a writer and keeps those that are not flushed yet, since a store need not show
 * them before. Flushes by itself at {@link #MAX_BYTES}. One thread.
 */
final class StagedNodes implements NodeSink {
  /** How many bytes of nodes are kept. */
  static final long MAX_BYTES = 32L << 20;

  private final BlobWriter writer;
  private final boolean deltas;
  private final Map<ContentHash, ByteBuffer> kept = new HashMap<>();
  private long bytes;

  /**
   * For a writer of a repository.
   *
   * @param config only where it has the feature may a node be stored as a difference: programs that
   *     do not know them are kept out by that alone
   */
  StagedNodes(BlobWriter writer, RepositoryConfig config) {
    this.writer = writer;
    this.deltas = config.deltas();
  }

  @Override
  public void put(ContentHash hash, ByteBuffer node) {
    writer.put(hash, node);
    keep(hash, node);
  }

  @Override
  public void put(ContentHash hash, ByteBuffer node, ContentHash replaced) {
    if (deltas) {
      writer.put(hash, node, replaced);
    } else {
      writer.put(hash, node);
    }
    keep(hash, node);
  }

  private void keep(ContentHash hash, ByteBuffer node) {
    if (kept.put(hash, node) == null) {
      bytes += node.remaining();
    }
    if (bytes > MAX_BYTES) {
      writer.flush();
      flushed();
    }
  }

  Optional<ByteBuffer> find(ContentHash hash) {
    return Optional.ofNullable(kept.get(hash));
  }

  /** Forgets everything: the writer was flushed. */
  void flushed() {
    kept.clear();
    bytes = 0;
  }
}
