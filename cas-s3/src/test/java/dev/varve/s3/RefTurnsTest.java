package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who may try when. */
class RefTurnsTest {
  private static final RefName MAIN = RefName.branch("main");

  private final AtomicInteger stoodBack = new AtomicInteger();
  private final RefTurns turns = new RefTurns(attempt -> stoodBack.incrementAndGet());

  @Test
  void threadsTakeTurnsInTheOrderOfTheirComing() throws Exception {
    List<Integer> order = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    RefStore.Turn first = turns.take(MAIN);
    for (int i = 0; i < 5; i++) {
      int index = i;
      Thread thread =
          new Thread(
              () -> {
                RefStore.Turn turn = turns.take(MAIN);
                order.add(index);
                turn.close();
              });
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      threads.add(thread);
    }
    first.close();
    for (Thread each : threads) {
      each.join();
    }

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
    assertThat(stoodBack).hasValue(0);
  }

  @Test
  void differentRefsDoNotWaitForEachOther() {
    RefStore.Turn one = turns.take(MAIN);

    turns.take(RefName.branch("other")).close();

    one.close();
  }

  private void move() {
    try (RefStore.Turn turn = turns.take(MAIN)) {
      turn.begin();
      turns.won(MAIN);
    }
  }

  @Test
  void whoMeetsNobodyNeverStandsBack() {
    for (int i = 0; i < 100; i++) {
      move();
    }

    assertThat(stoodBack).hasValue(0);
  }

  @Test
  void whoWonAgainstOthersStandsBackAndWhoLostDoesNot() {
    turns.lost(MAIN);
    move();
    assertThat(stoodBack).hasValue(0);

    move();
    assertThat(stoodBack).hasValue(1);

    turns.lost(MAIN);
    move();
    assertThat(stoodBack).hasValue(1);
  }

  @Test
  void othersThatAreNotMetAnyMoreAreNotWaitedFor() {
    turns.lost(MAIN);
    for (int i = 0; i < 10 * RefTurns.ALONE; i++) {
      move();
    }

    assertThat(stoodBack).hasValue(RefTurns.ALONE - 1);
  }

  @Test
  void whoOnlyLooksDoesNotStandBackForOthers() {
    turns.lost(MAIN);
    move();
    turns.take(MAIN).close();
    assertThat(stoodBack).hasValue(0);

    move();
    assertThat(stoodBack).hasValue(1);
  }

  @Test
  void interruptedThreadGoesOnWithoutATurn() throws Exception {
    RefStore.Turn held = turns.take(MAIN);
    boolean[] interrupted = new boolean[1];
    Thread thread =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              turns.take(MAIN).close();
              interrupted[0] = Thread.currentThread().isInterrupted();
            });
    thread.start();
    thread.join();
    held.close();

    assertThat(interrupted[0]).isTrue();
    turns.take(MAIN).close();
  }
}
