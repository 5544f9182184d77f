package dev.varve.testkit.proxy;

/** What becomes of a request. */
public enum Fate {
  /** It is answered. */
  PASS,
  /** The connection is reset, and the server never hears of the request. */
  RESET_BEFORE,
  /** The server answers, and the connection is reset instead: it may have been applied. */
  RESET_AFTER,
  /** 503 SlowDown, and the server never hears of it. */
  SLOW_DOWN,
  /**
   * The create-only write of a name that was answered for before is refused with 412 when half of
   * its body was read, and the connection is closed. Other requests pass.
   */
  EARLY_REFUSAL,
  /** The answer breaks off in the middle. */
  TRUNCATED,
  /**
   * The connection is reset, and the server gets the request after some more of other requests:
   * when its client gave up on it, and perhaps sent it again.
   */
  LATE
}
