package dev.varve.format;

/**
 * Bytes that break the encoding. Thrown by decoders, which do not know what object they read; the
 * caller that does turns it into a {@link dev.varve.error.CorruptDataException}.
 */
public final class MalformedBytesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message is the rule that is broken. */
  public MalformedBytesException(String rule) {
    super(rule);
  }

  /** The message is the rule that is broken. */
  public MalformedBytesException(String rule, Throwable cause) {
    super(rule, cause);
  }
}
