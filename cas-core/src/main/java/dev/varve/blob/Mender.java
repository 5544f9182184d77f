package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.util.Optional;

/**
 * Is asked for a blob that was found missing or damaged, so that whoever reads it can go on. To be
 * thread-safe.
 */
@FunctionalInterface
public interface Mender {
  /** Knows of nothing better. */
  Mender NONE = (what, hash) -> Optional.empty();

  /**
   * Another handle on the blob, which the reader proves like any other, or empty where there is
   * none.
   *
   * @param what the role of the blob, as the reader's errors name it
   */
  Optional<StoredBlob> mend(String what, ContentHash hash);
}
