package dev.varve.error;

import org.jspecify.annotations.Nullable;

/**
 * Storage refused or failed an operation that did provably not happen (disk full, read-only, no
 * permission, not reachable). State is as before; {@link #retryable()} says whether trying again
 * without a change can help.
 */
public final class BackendException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** A failure that will repeat until somebody changes something. */
  public static BackendException permanent(String message, @Nullable Throwable cause) {
    return new BackendException(message, cause, false);
  }

  /** A failure that may pass by itself. */
  public static BackendException transientFailure(String message, @Nullable Throwable cause) {
    return new BackendException(message, cause, true);
  }

  private BackendException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Whether the same call may succeed later. */
  public boolean retryable() {
    return retryable;
  }
}
