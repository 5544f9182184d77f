package dev.varve.s3;

import dev.varve.testkit.BackendContract;
import dev.varve.testkit.BackendFactory;
import dev.varve.testkit.BlobThreadsContract;
import dev.varve.testkit.RefNamesContract;
import dev.varve.testkit.RefStoreContract;
import dev.varve.testkit.RefThreadsContract;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;

/**
 * The contracts hold while a quarter of all requests go wrong: answers lost after the deed,
 * requests lost before it, 503 and 409. The totals of a batch are told by answers, and
 * ValueContract asks for exact ones, so it is not here.
 */
class FaultyServerTest {
  private static final BackendFactory FACTORY =
      new MemoryFactory(bucket -> new FaultyBucket(bucket, plan(20260101)));

  private static FaultyBucket.Plan plan(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return (request, key) -> {
      synchronized (random) {
        return switch (random.nextInt(16)) {
          case 0 -> FaultyBucket.Fate.APPLIED_BUT_LOST;
          case 1 -> FaultyBucket.Fate.LOST;
          case 2 -> FaultyBucket.Fate.BUSY;
          case 3 ->
              request.equals("create")
                  ? FaultyBucket.Fate.CONTENDED
                  : FaultyBucket.Fate.APPLIED_BUT_LOST;
          default -> FaultyBucket.Fate.FINE;
        };
      }
    };
  }

  @Nested
  class BackendTest extends BackendContract {
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
}
