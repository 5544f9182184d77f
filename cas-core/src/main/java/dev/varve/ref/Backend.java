package dev.varve.ref;

import dev.varve.blob.BlobStore;
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

  /** Where this is, for messages: a path or a URL. */
  String location();

  @Override
  void close();
}
