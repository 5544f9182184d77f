package dev.varve.error;

import org.jspecify.annotations.Nullable;

/**
 * It cannot be told whether an operation happened. Nothing may be cleaned up; reading the state
 * again tells.
 */
public final class UnknownOutcomeException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** The message says what may have happened and how to find out. */
  public UnknownOutcomeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
