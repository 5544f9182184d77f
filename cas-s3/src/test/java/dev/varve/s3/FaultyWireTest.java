package dev.varve.s3;

import dev.varve.testkit.BackendContract;
import dev.varve.testkit.BackendFactory;
import dev.varve.testkit.BlobStoreContract;
import dev.varve.testkit.BlobThreadsContract;
import dev.varve.testkit.RefNamesContract;
import dev.varve.testkit.RefStoreContract;
import dev.varve.testkit.RefThreadsContract;
import dev.varve.testkit.ValueContract;
import dev.varve.testkit.proxy.Fate;
import dev.varve.testkit.proxy.FaultPlan;
import dev.varve.testkit.proxy.FaultProxy;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/**
 * The driver keeps the contracts over HTTP while every tenth request goes wrong on its way: {@link
 * FaultProxy} stands before {@link TestServer}. The totals of a batch are told by answers, and
 * ValueContract asks for exact ones, as BlobStoreContract does, so there no write loses its answer.
 */
class FaultyWireTest {
  private static final Set<Fate> ALL = EnumSet.complementOf(EnumSet.of(Fate.PASS));

  private static final BackendFactory FACTORY = behind(FaultPlan.seeded(20261121, 10, ALL));

  private static final BackendFactory ANSWERING =
      behind(
          telling(
              FaultPlan.seeded(
                  5, 10, EnumSet.of(Fate.RESET_BEFORE, Fate.SLOW_DOWN, Fate.TRUNCATED))));

  private static BackendFactory behind(FaultPlan plan) {
    TestServer server = TestServer.shared();
    FaultProxy proxy = FaultProxy.before(server.endpoint(), plan);
    return new ServerFactory(server, server.behind(proxy.endpoint()));
  }

  /** Never cuts the answer to a write. */
  private static FaultPlan telling(FaultPlan plan) {
    return (method, target) -> {
      Fate fate = plan.of(method, target);
      boolean writes = method.equals("PUT") || method.equals("POST");
      return writes && fate == Fate.TRUNCATED ? Fate.RESET_BEFORE : fate;
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
  class BlobStoreTest extends BlobStoreContract {
    @Override
    protected BackendFactory factory() {
      return ANSWERING;
    }
  }

  @Nested
  class ValueTest extends ValueContract {
    @Override
    protected int many() {
      return 60;
    }

    @Override
    protected BackendFactory factory() {
      return ANSWERING;
    }
  }

  @Nested
  class BlobThreadsTest extends BlobThreadsContract {
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
      return 30;
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
}
