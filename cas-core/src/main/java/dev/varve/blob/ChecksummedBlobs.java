package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.util.Optional;

/**
 * A store that keeps checksums of its own beside the bytes, and tells them without reading these.
 * An extra power of a blob store. Thread-safe.
 */
public interface ChecksummedBlobs {
  /**
   * What the storage says of a blob, or empty where none is stored under the hash.
   *
   * @throws dev.varve.error.BackendException where storage failed; never reported as absent
   */
  Optional<Stored> stored(ContentHash hash);

  /**
   * A blob as its storage describes it.
   *
   * @param length in bytes
   * @param sha256 the SHA-256 of all of its bytes, computed when they came in; empty where the
   *     storage kept none
   */
  record Stored(long length, Optional<ContentHash> sha256) {}
}
