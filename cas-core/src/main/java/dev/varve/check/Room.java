package dev.varve.check;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds how many tasks are under way. One thread enters them and waits; any thread leaves.
 *
 * <p>Where it is full, whoever enters waits until half of it is free: a thread that wakes for each
 * place takes a processor from those who read, once for each value.
 */
final class Room {
  private final int places;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();

  // Guarded by lock. What is waited for is that no more are taken than these; -1 for nothing.
  private int taken;
  private int awaited = -1;

  /** Of so many places. */
  Room(int places) {
    this.places = places;
  }

  /** Takes a place, waiting for it without end. */
  void enter() {
    lock.lock();
    try {
      if (taken == places) {
        await(places / 2);
      }
      taken++;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a place back. */
  void leave() {
    lock.lock();
    try {
      taken--;
      if (taken <= awaited) {
        left.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all places are given back. */
  void awaitEmpty() {
    lock.lock();
    try {
      await(0);
    } finally {
      lock.unlock();
    }
  }

  private void await(int atMost) {
    awaited = atMost;
    while (taken > atMost) {
      left.awaitUninterruptibly();
    }
    awaited = -1;
  }
}
