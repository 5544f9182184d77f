package dev.varve.error;

/** A key, ref name, revision or range given by the caller is not well formed. */
public final class InvalidNameException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** {@code rule} is the rule that {@code given} breaks. */
  public InvalidNameException(String what, String given, String rule) {
    super("not a valid " + what + ": '" + given + "': " + rule, null);
  }
}
