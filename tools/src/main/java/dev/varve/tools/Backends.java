package dev.varve.tools;

import dev.varve.lmdb.LmdbBackend;
import dev.varve.ref.Backend;
import java.nio.file.Path;

/** Where repositories are stored. Thread-safe. */
interface Backends {
  /** Directories on this machine's disk. */
  Backends ON_DISK =
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
}
