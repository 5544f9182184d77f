package dev.varve.error;

/**
 * An object that something reachable names is not in the store. This is damage, never an absent
 * key: a reader must not take it for a fill value.
 */
public final class MissingBlobException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String object;

  /** {@code what} says which role the object has and who needs it, in words. */
  public MissingBlobException(String what, String object) {
    super(
        "cannot read "
            + what
            + ": object "
            + object
            + " is missing from the store; run 'varve verify'",
        null);
    this.object = object;
  }

  /** The full hash of the missing object, in hex. */
  public String object() {
    return object;
  }
}
