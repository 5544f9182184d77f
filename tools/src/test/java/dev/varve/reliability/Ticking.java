package dev.varve.reliability;

import dev.varve.ref.Nonce;
import dev.varve.version.Environment;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that ticks once a look, and nonces that count on from a number. Thread-safe. */
final class Ticking implements Environment {
  private final long high;
  private final AtomicLong ticks = new AtomicLong();

  /** Nonces of environments with different numbers never meet. */
  Ticking(long high) {
    this.high = high;
  }

  @Override
  public long nowMillis() {
    return 1_700_000_000_000L + ticks.incrementAndGet();
  }

  @Override
  public Nonce nonce() {
    return new Nonce(high, ticks.incrementAndGet());
  }

  @Override
  public String user() {
    return "tester";
  }

  @Override
  public void pause(long maxMillis) {
    Thread.onSpinWait();
  }
}
