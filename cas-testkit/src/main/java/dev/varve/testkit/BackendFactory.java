package dev.varve.testkit;

import dev.varve.blob.RepairableBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import java.nio.file.Path;

/** How a contract gets the backends that it tries. Thread-safe. */
public interface BackendFactory {
  /** A new backend that holds nothing, in a directory that is empty. */
  Backend create(Path directory);

  /**
   * What {@code closed} stored, opened again. A backend without a life beyond its instance gives
   * that instance back.
   *
   * @param closed the backend that was in the directory; it was closed before the call
   */
  Backend reopen(Path directory, Backend closed);

  /**
   * Sets the collection epoch as a collection would, if the driver can be made to; the contract
   * then also tries what follows from it.
   *
   * @return whether it was set
   */
  default boolean setEpoch(Backend backend, long epoch) {
    return false;
  }

  /**
   * How many records of a ref come before that of its first change: 1 where the driver writes one
   * to open the ref, 0 where it need not.
   */
  default int openingRecords() {
    return 0;
  }

  /** Loses a blob, as a disk or somebody else would. */
  default void lose(Backend backend, ContentHash hash) {
    ((RepairableBlobs) backend.blobs()).moveAside(hash, blob -> true);
  }
}
