package dev.varve.tree;

import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tree's only door to blobs: nodes by hash, verified by hash and by every rule of the format
 * when they are first loaded, and cached up to a number of bytes. Thread-safe.
 */
public final class NodeSource {
  private final VerifiedBlobs blobs;
  private final Function<ContentHash, Optional<ByteBuffer>> staged;
  private final NodeCache cache;
  private final LongAdder loads;
  private final ContentHash emptyRoot;
  private final @Nullable Node empty;

  /** Reads from {@code blobs} and keeps about {@code cacheBytes} of nodes. */
  public NodeSource(VerifiedBlobs blobs, long cacheBytes) {
    this(blobs, hash -> Optional.empty(), new NodeCache(cacheBytes), new LongAdder(), true);
  }

  /** Reads and verifies anew every time, also what every reader knows: for checking a store. */
  public static NodeSource uncached(VerifiedBlobs blobs) {
    return new NodeSource(
        blobs, hash -> Optional.empty(), new NodeCache(0), new LongAdder(), false);
  }

  private NodeSource(
      VerifiedBlobs blobs,
      Function<ContentHash, Optional<ByteBuffer>> staged,
      NodeCache cache,
      LongAdder loads,
      boolean knowsEmpty) {
    this.blobs = blobs;
    this.staged = staged;
    this.cache = cache;
    this.loads = loads;
    ByteBuffer bytes = emptyNode();
    this.emptyRoot = blobs.algorithm().hash(bytes);
    this.empty = knowsEmpty ? NodeCodec.decode(emptyRoot, bytes) : null;
  }

  /** The bytes of the root of the tree without keys, which every repository has. */
  public static ByteBuffer emptyNode() {
    return new NodeBuilder(0).encode();
  }

  /** The root of the tree without keys. */
  public ContentHash emptyRoot() {
    return emptyRoot;
  }

  /**
   * The same source and cache, which looks first among nodes that were put and not yet flushed.
   *
   * @param nodes the canonical bytes of such a node, or empty
   */
  public NodeSource over(Function<ContentHash, Optional<ByteBuffer>> nodes) {
    return new NodeSource(blobs, nodes, cache, loads, true);
  }

  /** The algorithm that names nodes. */
  public HashAlgorithm algorithm() {
    return blobs.algorithm();
  }

  /** How many nodes were read and verified, not counting those found in the cache. */
  public long loads() {
    return loads.sum();
  }

  /** A node, verified and decoded. */
  public NodeContents contents(ContentHash hash) {
    return NodeContents.of(load(hash));
  }

  /** The canonical bytes of a node, verified; those of the cache where it has them. */
  public ByteBuffer bytes(ContentHash hash) {
    return load(hash).bytes();
  }

  /** The canonical bytes of a node that is in memory; asks no store. */
  public Optional<ByteBuffer> known(ContentHash hash) {
    Node cached = cache.get(hash);
    return cached != null ? Optional.of(cached.bytes()) : staged.apply(hash);
  }

  /**
   * Keeps a node that came from elsewhere than its place, so that it need not be read there.
   *
   * @param bytes what has that hash: the caller computed it
   * @throws CorruptDataException where they are no node
   */
  public void learn(ContentHash hash, ByteBuffer bytes) {
    if (cache.get(hash) == null) {
      cache.put(hash, NodeCodec.decode(hash, bytes));
    }
  }

  /** The root node of a tree; where it has one child alone, that one should be the root. */
  Node root(ContentHash hash) {
    Node node = load(hash);
    if (node.level() > 0 && node.count() == 1) {
      throw broken(hash, "it is a root with one child");
    }
    return node;
  }

  /** Any node. */
  Node load(ContentHash hash) {
    if (empty != null && hash.equals(emptyRoot)) {
      return empty;
    }
    Node known = cache.get(hash);
    if (known != null) {
      return known;
    }
    ByteBuffer bytes =
        staged.apply(hash).orElseGet(() -> blobs.get("node", hash, NodeCodec.MAX_BYTES));
    Node node = NodeCodec.decode(hash, bytes);
    loads.increment();
    cache.put(hash, node);
    return node;
  }

  /**
   * A child of a node, after checking that it is what its parent says: level, first and last key,
   * totals. So a walk ends, whatever a hostile repository claims.
   */
  Node child(Node parent, int index) {
    ContentHash hash = parent.childHash(index);
    Node node = load(hash);
    if (node.level() != parent.level() - 1) {
      throw broken(hash, "its level is " + node.level() + ", its parent's is " + parent.level());
    }
    if (node.count() == 0 || !node.lastKey().equals(parent.key(index))) {
      throw broken(hash, "its last key is not the one its parent names it by");
    }
    if (index > 0 && node.key(0).compareTo(parent.key(index - 1)) <= 0) {
      throw broken(hash, "its first key is not above the last one of the node before");
    }
    if (!node.totals().equals(parent.childTotals(index))) {
      throw broken(
          hash, "it holds " + node.totals() + ", its parent says " + parent.childTotals(index));
    }
    return node;
  }

  private static CorruptDataException broken(ContentHash hash, String rule) {
    return CorruptDataException.malformed("node", hash.toString(), rule);
  }

  /**
   * Remembers a node just encoded, after decoding it: what is written is what can be read. The
   * bytes are not to be changed.
   */
  Node remember(ContentHash hash, byte[] bytes) {
    Node node = NodeCodec.decode(hash, bytes);
    cache.put(hash, node);
    return node;
  }
}
