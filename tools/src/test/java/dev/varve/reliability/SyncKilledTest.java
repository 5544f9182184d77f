package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.sync.RefSelection;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncProgress;
import dev.varve.sync.SyncReport;
import dev.varve.sync.SyncSettings;
import dev.varve.testkit.CountingBackend;
import dev.varve.testkit.FaultyBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A push whose receiver dies again and again, each time for good until it is opened anew. */
class SyncKilledTest {
  private static final int KILLS = 20;
  private static final int VALUES = 12_000;
  private static final int LENGTH = 1000;

  private static void fill(Repository repository) {
    for (int step = 0; step < 4; step++) {
      try (Transaction edits = repository.begin("main")) {
        for (int i = step; i < VALUES; i += 4) {
          edits.put(Key.of("air/c/" + i), ByteBuffer.allocate(LENGTH).putInt(0, i).putInt(500, ~i));
        }
        edits.commit(CommitInfo.of("step " + step));
      }
    }
    repository.refs().create(RefName.tag("v1"), repository.resolve("main~2"), "test");
  }

  /** With a checkpoint after each object, a kill costs the one that was on its way. */
  @Test
  void aPushKilledAtTwentyPointsSendsOneHundredthTooMuchAtMost() {
    MemoryBackend sender = new MemoryBackend();
    Repository from = Stores.create(sender, 1);
    fill(from);
    long data = sender.contents().values().stream().mapToLong(ByteBuffer::remaining).sum();
    SyncSettings settings = new SyncSettings(4, 2, 64, 1 << 20, 1, SyncSettings.Near.SENDER);
    MemoryBackend receiver = new MemoryBackend();
    Stores.create(receiver, 2);
    Random random = new Random(20261121);
    long sent = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      FaultyBackend faulty = new FaultyBackend(receiver);
      CountingBackend counting = new CountingBackend(faulty);
      Repository to = Stores.open(counting, 10 + kill);
      faulty.dieAt(1 + random.nextInt(2 * VALUES / KILLS));
      assertThatThrownBy(
              () ->
                  new Sync(from, to, RefSelection.everything(), settings, SyncProgress.NONE).run())
          .isInstanceOf(BackendException.class);
      sent += counting.get(CountingBackend.Count.PUT_BYTES);
      // A ref that is there has all its objects; here none is.
      Stores.requireClean(Stores.open(receiver, 3));
      assertThat(receiver.refs().list(RefName.Kind.HEADS)).isEmpty();
    }
    CountingBackend counting = new CountingBackend(receiver);
    Repository to = Stores.open(counting, 5);
    SyncReport last =
        new Sync(from, to, RefSelection.everything(), settings, SyncProgress.NONE).run();
    sent += counting.get(CountingBackend.Count.PUT_BYTES);
    assertThat(last.reused()).isGreaterThan(KILLS);
    assertThat(sent).isBetween(data, data + data / 100);
    assertThat(receiver.contents()).isEqualTo(sender.contents());
    Stores.requireClean(to);
  }

  /** Once refs move, each that has moved is whole. */
  @Test
  void aPushKilledBetweenItsRefsLeavesThoseThatMovedWhole() {
    MemoryBackend sender = new MemoryBackend();
    Repository from = Stores.create(sender, 1);
    for (int i = 0; i < 8; i++) {
      Stores.commit(from, "branch-" + i, "a/c/" + i, "value " + i);
    }
    boolean failing = true;
    int partial = 0;
    for (int n = 1; failing; n++) {
      MemoryBackend receiver = new MemoryBackend();
      Stores.create(receiver, 2);
      FaultyBackend faulty = new FaultyBackend(receiver);
      Repository to = Stores.open(faulty, 3);
      faulty.dieAt(n);
      try {
        new Sync(from, to, SyncProgress.NONE).run();
        failing = false;
      } catch (BackendException died) {
        assertThat(died).hasMessageContaining("was told to fail");
      }
      int moved = receiver.refs().list(RefName.Kind.HEADS).size();
      partial += moved > 0 && moved < 8 ? 1 : 0;
      Stores.requireClean(Stores.open(receiver, 4));
    }
    assertThat(partial).isEqualTo(7);
  }
}
