package dev.varve.ref;

import dev.varve.blob.BlobStore;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A blob store and a ref store that live together, and the small object, written once, that
 * describes them. Thread-safe. A driver implements this and knows nothing of trees or commits.
 */
public interface Backend extends AutoCloseable {
  /** The blobs. */
  BlobStore blobs();

  /** The refs. */
  RefStore refs();

  /** The configuration's bytes, or empty where none was written. */
  Optional<ByteBuffer> config();

  /**
   * Writes the configuration, durably, unless there is one.
   *
   * @return whether this call wrote it; false leaves what is there untouched
   */
  boolean createConfig(ByteBuffer bytes);

  /**
   * From now on makes sure before each write that nobody else writes, and keeps others out until it
   * is closed: for repositories whose configuration says so, because their storage cannot tell two
   * writers apart. Storage that always can has nothing to do. Sends nothing by itself; a write that
   * finds another writer at work fails with a {@link dev.varve.error.BackendException}, and nothing
   * is changed.
   */
  void requireSoleWriter();

  /**
   * Says by which algorithm the blobs are named, as whoever opens the repository knows from its
   * configuration: storage that sends a checksum of the same kind with a blob need not compute it.
   */
  default void namedBy(HashAlgorithm algorithm) {}

  /**
   * Whether reads are answered out of this machine's memory or disk, so that a thread which serves
   * many may wait for one; never true where a network lies between.
   */
  default boolean local() {
    return false;
  }

  /**
   * Whether it keeps values in packs, where a program that knows nothing of packs would not find
   * them: the configuration of the repository says so. Never changes.
   */
  default boolean keepsPacks() {
    return false;
  }

  /**
   * Whether it keeps blobs as differences to others, as {@link #keepsPacks} says of packs. Never
   * changes.
   */
  default boolean keepsDeltas() {
    return false;
  }

  /** Where this is, for messages: a path or a URL. */
  String location();

  @Override
  void close();
}
