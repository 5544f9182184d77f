package dev.varve.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RoomTest {
  @Test
  void aFullRoomIsEnteredWhenHalfOfItIsFree() throws InterruptedException {
    Room room = new Room(4);
    for (int i = 0; i < 4; i++) {
      room.enter();
    }
    CountDownLatch entered = new CountDownLatch(1);
    Thread next =
        new Thread(
            () -> {
              room.enter();
              entered.countDown();
            });
    next.start();
    untilItWaits(next);
    room.leave();
    untilItWaits(next);
    assertThat(entered.getCount()).isEqualTo(1);
    room.leave();
    entered.await();
    next.join();
  }

  @Test
  void anEmptyRoomIsNotWaitedForAndAFullOneUntilTheLastHasLeft() throws InterruptedException {
    Room room = new Room(2);
    room.awaitEmpty();
    room.enter();
    room.enter();
    CountDownLatch empty = new CountDownLatch(1);
    Thread waiting =
        new Thread(
            () -> {
              room.awaitEmpty();
              empty.countDown();
            });
    waiting.start();
    untilItWaits(waiting);
    room.leave();
    untilItWaits(waiting);
    assertThat(empty.getCount()).isEqualTo(1);
    room.leave();
    empty.await();
    waiting.join();
  }

  @Test
  void oneWhoIsInterruptedWaitsOnAndIsStillInterrupted() throws InterruptedException {
    Room room = new Room(1);
    room.enter();
    boolean[] interrupted = {false};
    Thread next =
        new Thread(
            () -> {
              room.enter();
              interrupted[0] = Thread.currentThread().isInterrupted();
            });
    next.start();
    untilItWaits(next);
    next.interrupt();
    room.leave();
    next.join();
    assertThat(interrupted[0]).isTrue();
  }

  private static void untilItWaits(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }
}
