package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefTurnsTest {
  private static final RefName MAIN = RefName.branch("main");

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("turns.lock");
  }

  /** Whether no process holds any part of the file. */
  private boolean isFree() throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (OverlappingFileLockException ours) {
      return false;
    }
  }

  @Test
  void aProcessThatNeverLostMakesNoFile() {
    try (RefTurns turns = new RefTurns(file());
        RefStore.Turn turn = turns.take(MAIN)) {
      turn.begin();
      assertThat(file()).doesNotExist();
    }
  }

  @Test
  void afterALossTheFileIsLockedForTheTurn() throws IOException {
    try (RefTurns turns = new RefTurns(file())) {
      turns.lost();
      try (RefStore.Turn turn = turns.take(MAIN)) {
        turn.begin();
        turn.begin();
        assertThat(isFree()).isFalse();
      }
    }
    try (RefTurns turns = new RefTurns(file())) {
      turns.lost();
      RefStore.Turn turn = turns.take(MAIN);
      turn.begin();
      turn.close();
      assertThat(isFree()).isTrue();
    }
  }

  @Test
  void branchesHaveTurnsOfTheirOwn() {
    try (RefTurns turns = new RefTurns(file())) {
      turns.lost();
      try (RefStore.Turn one = turns.take(MAIN);
          RefStore.Turn other = turns.take(RefName.branch("other"))) {
        one.begin();
        other.begin();
        assertThat(file()).exists();
      }
    }
  }

  @Test
  void whereTheFileCannotBeMadeTheTurnIsTakenWithout() {
    try (RefTurns turns = new RefTurns(directory.resolve("absent").resolve("turns.lock"))) {
      turns.lost();
      try (RefStore.Turn turn = turns.take(MAIN)) {
        turn.begin();
      }
    }
    assertThat(directory.resolve("absent")).doesNotExist();
  }

  @Test
  void oneThreadAtATimeHasTheTurn() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    try (RefTurns turns = new RefTurns(file())) {
      turns.lost();
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(
            pool.submit(
                () -> {
                  try (RefStore.Turn turn = turns.take(MAIN)) {
                    turn.begin();
                    together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
    // Two may be in at once where one came just as the line was given up; never more.
    assertThat(together.get()).isBetween(1, 2);
  }

  /** Another process, which takes a turn and keeps it until it is killed. */
  static final class Keeper {
    private Keeper() {}

    public static void main(String[] args) throws IOException {
      RefTurns turns = new RefTurns(Path.of(args[0]));
      turns.lost();
      turns.take(MAIN).begin();
      System.out.println("taken");
      if (System.in.read() < 0) {
        turns.close();
      }
    }
  }

  @Test
  void aProcessThatIsStoppedInItsTurnKeepsNobodyWaitingForEver() throws Exception {
    try (Fork keeper = Fork.start(64, Keeper.class, file());
        RefTurns turns = new RefTurns(file())) {
      keeper.await("taken");
      turns.lost();
      assertThat(isFree()).isFalse();
      try (RefStore.Turn turn = turns.take(MAIN)) {
        turn.begin();
      }
      keeper.kill();
      keeper.exit();
      assertThat(isFree()).isTrue();
    }
  }
}
