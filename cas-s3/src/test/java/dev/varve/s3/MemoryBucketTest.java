package dev.varve.s3;

import dev.varve.testkit.BackendContract;
import dev.varve.testkit.BackendFactory;
import dev.varve.testkit.BlobStoreContract;
import dev.varve.testkit.BlobThreadsContract;
import dev.varve.testkit.RefNamesContract;
import dev.varve.testkit.RefStoreContract;
import dev.varve.testkit.RefThreadsContract;
import dev.varve.testkit.RepairContract;
import dev.varve.testkit.RepairableContract;
import dev.varve.testkit.ValueContract;
import org.junit.jupiter.api.Nested;

/** The driver keeps every contract on a server that answers every request. */
class MemoryBucketTest {
  private static final BackendFactory FACTORY = new MemoryFactory(bucket -> bucket);

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
