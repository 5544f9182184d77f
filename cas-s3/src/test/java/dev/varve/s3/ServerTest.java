package dev.varve.s3;

import dev.varve.testkit.BackendContract;
import dev.varve.testkit.BackendFactory;
import dev.varve.testkit.BlobStoreContract;
import dev.varve.testkit.BlobThreadsContract;
import dev.varve.testkit.RefNamesContract;
import dev.varve.testkit.RefStoreContract;
import dev.varve.testkit.RefThreadsContract;
import dev.varve.testkit.RepairableContract;
import dev.varve.testkit.ValueContract;
import org.junit.jupiter.api.Nested;

/** The driver keeps the contracts over HTTP, against a real server: see {@link TestServer}. */
class ServerTest {
  private static final BackendFactory FACTORY =
      new ServerFactory(TestServer.shared(), TestServer.shared());

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
    /** More than a page of a listing. */
    @Override
    protected int many() {
      return 1100;
    }

    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class BlobThreadsTest extends BlobThreadsContract {
    @Override
    protected int each() {
      return 12;
    }

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
    protected int longest() {
      return TestServer.longestName();
    }

    @Override
    protected int many() {
      return TestServer.isGiven() ? 1100 : 60;
    }

    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RefThreadsTest extends RefThreadsContract {
    @Override
    protected int threads() {
      return 4;
    }

    @Override
    protected int each() {
      return 8;
    }

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
}
