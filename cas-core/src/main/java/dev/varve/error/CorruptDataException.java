package dev.varve.error;

import org.jspecify.annotations.Nullable;

/**
 * Stored bytes are not what they must be: a hash does not match, or a structure breaks a rule of
 * the format. Never retried; nothing read from the object may be used.
 */
public final class CorruptDataException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String object;
  private final @Nullable String expected;
  private final @Nullable String actual;

  /** Bytes found under {@code object} hash to {@code actual}. */
  public static CorruptDataException wrongHash(String what, String object, String actual) {
    return new CorruptDataException(
        "cannot read "
            + what
            + " "
            + object
            + ": the stored bytes have hash "
            + actual
            + "; run 'varve verify'",
        object,
        object,
        actual,
        null);
  }

  /** The structure of {@code object} breaks a rule of the format. */
  public static CorruptDataException malformed(String what, String object, String rule) {
    return malformed(what, object, rule, null);
  }

  /** The structure of {@code object} breaks a rule of the format, as {@code cause} found. */
  public static CorruptDataException malformed(
      String what, String object, String rule, @Nullable Throwable cause) {
    return new CorruptDataException(
        "cannot read " + what + " " + object + ": " + rule + "; run 'varve verify'",
        object,
        null,
        null,
        cause);
  }

  private CorruptDataException(
      String message,
      String object,
      @Nullable String expected,
      @Nullable String actual,
      @Nullable Throwable cause) {
    super(message, cause);
    this.object = object;
    this.expected = expected;
    this.actual = actual;
  }

  /** The damaged object: a full hash in hex, or the name of a ref or of the configuration. */
  public String object() {
    return object;
  }

  /** The hash the bytes should have, or null where the damage is not of a hash. */
  public @Nullable String expected() {
    return expected;
  }

  /** The hash the bytes have, or null where the damage is not of a hash. */
  public @Nullable String actual() {
    return actual;
  }
}
