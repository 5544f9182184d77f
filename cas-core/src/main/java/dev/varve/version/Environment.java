package dev.varve.version;

import dev.varve.ref.Nonce;

/**
 * The only clock and the only randomness of the store. Nothing that either gives ever reaches a
 * content hash. Thread-safe.
 */
public interface Environment {
  /** Milliseconds since 1970 UTC; for people to read. */
  long nowMillis();

  /** Sixteen random bytes. */
  Nonce nonce();

  /** Who is at work, as commits and ref records show it. */
  String user();

  /** Waits a random time below a bound, between attempts at the same ref. */
  void pause(long maxMillis);

  /** The machine's. */
  static Environment system() {
    return new SystemEnvironment();
  }
}
