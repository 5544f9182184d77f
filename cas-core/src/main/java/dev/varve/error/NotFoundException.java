package dev.varve.error;

/** What the caller named (a repository, revision, key or path) does not exist. */
public final class NotFoundException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, the place looked in and what is there instead. */
  public NotFoundException(String message) {
    super(message, null);
  }
}
