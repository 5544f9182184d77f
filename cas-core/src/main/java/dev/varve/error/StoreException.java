package dev.varve.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the store. The subclasses say what the caller should do next; expected outcomes (a
 * lost race, an absent key) are return values and never exceptions.
 */
public abstract class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Made by the subclasses with a message that names operation, thing, place and next step. */
  protected StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
