package dev.varve.zarr;

import dev.varve.error.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be imported, or the place to export to, cannot be used as it is: it holds something
 * that the other side has no form for, is damaged, or cannot be read or written. Nothing was
 * changed in the repository, and nothing was left behind at the destination.
 */
public final class TransferException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** The message names the operation, the thing and, where there is one, the next step. */
  public TransferException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A refusal for which nothing failed. */
  public TransferException(String message) {
    this(message, null);
  }
}
