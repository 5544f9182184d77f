package dev.varve.version;

import dev.varve.error.BackendException;
import dev.varve.ref.Nonce;
import java.security.SecureRandom;

/** Clock, random numbers and user of this machine. Thread-safe. */
final class SystemEnvironment implements Environment {
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nowMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Nonce nonce() {
    return new Nonce(random.nextLong(), random.nextLong());
  }

  @Override
  public String user() {
    String given = System.getenv("VARVE_AUTHOR");
    return given != null && !given.isBlank() ? given : System.getProperty("user.name", "unknown");
  }

  @Override
  public void pause(long maxMillis) {
    try {
      Thread.sleep(random.nextLong(Math.max(1, maxMillis)));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw BackendException.transientFailure("interrupted while waiting to try a ref again", stop);
    }
  }
}
