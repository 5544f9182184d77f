package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobStore;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.check.CheckProgress;
import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableBackend;
import dev.varve.ref.RepairableRefs;
import dev.varve.repair.Repair;
import dev.varve.repair.RepairOptions;
import dev.varve.repair.RepairReport;
import dev.varve.sync.Sync;
import dev.varve.version.Repository;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A repair whose n-th operation fails, for every n: running it again mends everything. */
class RepairFaultsTest {
  private MemoryBackend damaged = new MemoryBackend();
  private Repository other = Stores.create(new MemoryBackend(), 2);
  private long operations;
  private long failAt;
  private Fate fate = Fate.FAILS;

  private enum Fate {
    /** Nothing happens. */
    FAILS,
    /** It happens, and then the process dies. */
    HAPPENS_AND_FAILS
  }

  /** A repository with a damaged object of every kind, and a whole copy of it. */
  private void damage() {
    damaged = new MemoryBackend();
    Repository repository = Stores.create(damaged, 1);
    Stores.commit(repository, "main", "a/zarr.json", "{}", "a/c/0", "zero", "a/c/1", "one");
    Stores.commit(repository, "main", "a/c/1", "two", "a/c/2", "three");
    other = Stores.create(new MemoryBackend(), 2);
    new Sync(repository, other, (objects, bytes) -> {}).run();
    List<ContentHash> all = new ArrayList<>(damaged.contents().keySet());
    for (int i = 0; i < all.size(); i++) {
      ByteBuffer whole = damaged.contents().get(all.get(i));
      switch (i % 3) {
        case 0 -> damaged.contents().remove(all.get(i));
        case 1 -> damaged.contents().put(all.get(i), flipped(whole, 9));
        default -> damaged.contents().put(all.get(i), flipped(flipped(whole, 3), 8));
      }
    }
    // Two that stand under each other's names.
    ByteBuffer one = damaged.contents().get(all.get(1));
    damaged.contents().put(all.get(1), damaged.contents().get(all.get(2)));
    damaged.contents().put(all.get(2), one);
    List<ByteBuffer> records = damaged.records(RefName.branch("main"));
    records.set(1, flipped(records.get(1), 700));
    damaged.replaceConfig(Stores.bytes("no configuration"));
    damaged.aside().clear();
  }

  private static ByteBuffer flipped(ByteBuffer bytes, int bit) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    int at = bit % (8 * copy.remaining());
    return copy.put(at >> 3, (byte) (copy.get(at >> 3) ^ 1 << (at & 7)));
  }

  private RepairReport repair(RepairableBackend backend) {
    return new Repair(
            backend,
            new Ticking(3),
            new RepairOptions(
                Optional.of(other), RepairOptions.Mode.MEND, RepairOptions.Refs.ALL_HERE, 1),
            event -> {},
            CheckProgress.NONE)
        .run();
  }

  private Object counted(Object inner, Class<?>... types) {
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        types,
        (proxy, method, arguments) -> {
          boolean fails = ++operations == failAt;
          if (fails && fate == Fate.FAILS) {
            throw BackendException.permanent("operation " + operations + " fails", null);
          }
          Object answer;
          try {
            answer = method.invoke(inner, arguments);
          } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
          }
          if (fails) {
            throw BackendException.permanent("operation " + operations + " happened", null);
          }
          return answer;
        });
  }

  /** A backend that counts operations and fails one. */
  private RepairableBackend faulty() {
    BlobStore blobs =
        (BlobStore)
            counted(damaged.blobs(), BlobStore.class, ScannableBlobs.class, RepairableBlobs.class);
    RefStore refs = (RefStore) counted(damaged.refs(), RefStore.class, RepairableRefs.class);
    RepairableBackend backend = (RepairableBackend) counted(damaged, RepairableBackend.class);
    return (RepairableBackend)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {RepairableBackend.class},
            (proxy, method, arguments) -> {
              try {
                return switch (method.getName()) {
                  case "blobs" -> blobs;
                  case "refs" -> refs;
                  default -> method.invoke(backend, arguments);
                };
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  private boolean fails(long lost) {
    try {
      assertThat(repair(faulty()).lost()).isEqualTo(lost);
      return false;
    } catch (StoreException failed) {
      return true;
    }
  }

  private int everyPoint() {
    int points = 0;
    boolean failed = true;
    while (failed) {
      damage();
      operations = 0;
      failAt = ++points;
      failed = fails(0);
      assertThat(repair(damaged).whole()).as("after failure %d", points).isTrue();
      assertThat(repair(damaged).repaired()).isZero();
      try (Repository mended = Stores.open(damaged, 4)) {
        Stores.requireClean(mended);
        assertThat(Stores.contents(mended.snapshot("main")).get("a/c/1")).isEqualTo("two");
      }
    }
    return points;
  }

  @Test
  void repairThatFailsAnywhereIsMadeGoodByTheNext() {
    assertThat(everyPoint()).isGreaterThan(50);
  }

  @Test
  void repairThatDiesAnywhereIsMadeGoodByTheNext() {
    fate = Fate.HAPPENS_AND_FAILS;
    assertThat(everyPoint()).isGreaterThan(50);
  }

  /**
   * Nothing but what the store holds tells what the branch held; an outage must not look like it.
   */
  @Test
  void recordAfterALostOneSaysTheSameWhateverFailsOnTheWay() {
    for (Fate each : Fate.values()) {
      fate = each;
      int points = 0;
      boolean failed = true;
      while (failed) {
        ContentHash newest = loseNewestRecord();
        operations = 0;
        failAt = ++points;
        failed = fails(1);
        assertThat(repair(damaged).lost()).as("after failure %d", points).isEqualTo(1);
        assertThat(damaged.refs().read(RefName.branch("main")).orElseThrow().target())
            .as("after failure %d", points)
            .contains(newest);
      }
      assertThat(points).isGreaterThan(20);
    }
  }

  /** Of two branches of one beginning, one loses what it held; no other repository knows either. */
  private ContentHash loseNewestRecord() {
    damaged = new MemoryBackend();
    other = Stores.create(new MemoryBackend(), 2);
    Repository repository = Stores.create(damaged, 1);
    ContentHash first = Stores.commit(repository, "main", "a/c/0", "zero").id();
    repository.refs().create(RefName.branch("dev"), first, "test");
    Stores.commit(repository, "dev", "a/c/1", "one");
    ContentHash newest = Stores.commit(repository, "main", "a/c/1", "two").id();
    damaged.records(RefName.branch("main")).set(1, ByteBuffer.allocate(300));
    return newest;
  }
}
