package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Reads blobs by hash. Thread-safe.
 *
 * <p>Bytes are returned as stored and are <em>not</em> verified here; {@link VerifiedBlobs} is the
 * only way the rest of the code reads.
 */
public interface BlobReader {
  /**
   * The blob stored under a hash, or empty where none is. The caller closes it. It stays readable
   * until closed, whatever is written meanwhile, and holds no transaction of the backend between
   * calls.
   *
   * @throws dev.varve.error.BackendException where storage failed; never reported as absent
   */
  Optional<StoredBlob> open(ContentHash hash);

  /**
   * Those of the hashes under which nothing is stored. A hash not returned was seen stored at some
   * moment during the call; that its bytes are whole is not said, nor anything about what they
   * name.
   */
  Set<ContentHash> missing(Collection<ContentHash> hashes);
}
