package dev.varve.error;

/**
 * Something was written by another version of Varve than this one reads. Nothing is wrong with it.
 */
public final class UnsupportedFormatException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** A version outside the readable range. */
  public static UnsupportedFormatException version(String what, long found, long min, long max) {
    return new UnsupportedFormatException(
        what
            + " has format version "
            + found
            + "; this program reads "
            + min
            + " to "
            + max
            + (found > max ? "; use a newer varve" : "; use an older varve"));
  }

  /** A feature or kind that this version does not know. */
  public UnsupportedFormatException(String message) {
    super(message, null);
  }
}
