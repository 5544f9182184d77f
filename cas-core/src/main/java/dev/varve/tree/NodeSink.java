package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;

/** Where new nodes go, children before parents. One thread. */
@FunctionalInterface
public interface NodeSink {
  /** Drops everything: for computing a root without storing it. */
  NodeSink DISCARD = (hash, bytes) -> {};

  /** Takes a node's canonical bytes, which will not change. */
  void put(ContentHash hash, ByteBuffer bytes);

  /** Takes a node that takes the place of another, whose entries it has for the most part. */
  default void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
    put(hash, bytes);
  }
}
