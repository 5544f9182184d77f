package dev.varve.testkit;

import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** The reference backend keeps every contract. */
class MemoryBackendTest {
  private static final BackendFactory FACTORY =
      new BackendFactory() {
        @Override
        public Backend create(Path directory) {
          return new MemoryBackend();
        }

        @Override
        public Backend reopen(Path directory, Backend closed) {
          return closed;
        }
      };

  @Nested
  class BackendTest extends BackendContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class BlobStoreTest extends BlobStoreContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class ValueTest extends ValueContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class BlobThreadsTest extends BlobThreadsContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RefStoreTest extends RefStoreContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RefNamesTest extends RefNamesContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RefThreadsTest extends RefThreadsContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RepairableTest extends RepairableContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RepairTest extends RepairContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }
}
