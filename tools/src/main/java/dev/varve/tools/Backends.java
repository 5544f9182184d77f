package dev.varve.tools;

import dev.varve.lmdb.LmdbBackend;
import dev.varve.ref.Backend;
import dev.varve.s3.S3Location;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** Where repositories are stored. Thread-safe. */
interface Backends {
  /** Directories on this machine's disk, and buckets. */
  Backends SYSTEM =
      new Backends() {
        @Override
        public Backend create(Path directory) {
          return LmdbBackend.create(directory);
        }

        @Override
        public Backend open(Path directory) {
          return LmdbBackend.open(directory);
        }
      };

  /** Makes the storage of a new repository in a directory that is absent or empty. */
  Backend create(Path directory);

  /** Opens the storage that is in a directory. */
  Backend open(Path directory);

  /**
   * The configuration of a repository in whose place a new one would be made.
   *
   * @throws dev.varve.error.BackendException where {@link #create} would not make one
   */
  default Optional<ByteBuffer> configIn(Path directory) {
    return LmdbBackend.configIn(directory);
  }

  /**
   * Makes the storage in a directory anew from what can be saved of it, where its structure is
   * damaged.
   */
  default LmdbBackend.Rebuilt rebuild(Path directory) {
    return LmdbBackend.rebuild(directory);
  }

  /**
   * The storage of a new repository in a bucket.
   *
   * @param singleWriter whether the server may be one that cannot tell two writers apart
   */
  default Backend create(S3Location location, boolean singleWriter) {
    return Buckets.create(location, singleWriter);
  }

  /** Opens the storage that is in a bucket. */
  default Backend open(S3Location location) {
    return Buckets.open(location);
  }
}
