package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
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
   * As {@link #open(ContentHash)}, for who knows what will be read. Where each request costs a
   * round trip, so much comes with the answer that tells whether the blob is there.
   *
   * @param soon how many bytes from the first on will be read at once, or as many as there are; 0
   *     where the length alone is asked for. A store may bring more or fewer
   */
  default Optional<StoredBlob> open(ContentHash hash, int soon) {
    return open(hash);
  }

  /**
   * Another object that holds a blob, for a reader to whom the bytes of {@link #open} did not prove
   * true. The caller closes it.
   *
   * @param tried how many of them did not, either; the one to be tried first is number 0
   * @return empty where there are no more, as in storage that keeps one object for a blob
   */
  default Optional<StoredBlob> openCopy(ContentHash hash, int tried) {
    return Optional.empty();
  }

  /**
   * Copies part of a blob into memory of the caller's, with as little work as the backend can.
   *
   * @param position from where in the blob
   * @param into is filled from its position on, as far as it has room; its position is unchanged
   * @return how many bytes were copied, less than there is room for where the blob ends before; or
   *     -1 where no blob is stored
   * @throws dev.varve.error.BackendException where storage failed
   */
  default int read(ContentHash hash, long position, ByteBuffer into) {
    Optional<StoredBlob> found = open(hash);
    if (found.isEmpty()) {
      return -1;
    }
    try (StoredBlob blob = found.get()) {
      return blob.read(position, into);
    }
  }

  /**
   * Those of the hashes under which nothing is stored. A hash not returned was seen stored at some
   * moment during the call; that its bytes are whole is not said, nor anything about what they
   * name.
   */
  Set<ContentHash> missing(Collection<ContentHash> hashes);
}
