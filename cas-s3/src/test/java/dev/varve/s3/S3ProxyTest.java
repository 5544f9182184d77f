package dev.varve.s3;

import dev.varve.testkit.BackendContract;
import dev.varve.testkit.BackendFactory;
import dev.varve.testkit.BlobStoreContract;
import dev.varve.testkit.RefStoreContract;
import dev.varve.testkit.RefThreadsContract;
import org.junit.jupiter.api.Nested;

/**
 * The driver keeps the contracts over HTTP, against s3proxy in a process of its own. Those that
 * make thousands of requests are kept by {@link MemoryBucketTest}.
 */
class S3ProxyTest {
  private static final BackendFactory FACTORY = S3ProxyFactory.shared();

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
  class RefStoreTest extends RefStoreContract {
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
}
