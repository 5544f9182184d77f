package dev.varve.server;

/** What the server tells its operator, by the platform's log. Thread-safe. */
final class ServerLog {
  private static final System.Logger LOG = System.getLogger("dev.varve.server");

  private ServerLog() {}

  /** A failure that nobody foresaw. */
  static void unexpected(String doing, Throwable failed) {
    LOG.log(System.Logger.Level.ERROR, "failed: " + doing, failed);
  }

  /** Damage or a failing disk, which somebody should look at. */
  static void storage(String told) {
    LOG.log(System.Logger.Level.WARNING, told);
  }
}
