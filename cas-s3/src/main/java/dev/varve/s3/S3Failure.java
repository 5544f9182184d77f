package dev.varve.s3;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import org.jspecify.annotations.Nullable;

/** A request that was not answered with success, and what that proves. */
final class S3Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is known after a failed request. */
  enum Kind {
    /** 412: at the moment of the answer something was stored under the name; perhaps by us. */
    TAKEN,
    /** 409: another request on the same name was under way. Proves nothing. */
    CONTENDED,
    /** 408, 429, 500, 502, 503, 504: busy or broken; it may even have happened. */
    BUSY,
    /** No answer, or half of one: it may have happened, or may yet. */
    UNANSWERED,
    /** 404 for an upload in parts: it was joined or dropped, and its parts are no more. */
    GONE,
    /** Refused for a reason that stays: it did not happen. */
    REFUSED
  }

  private final Kind kind;

  S3Failure(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** Whether the same request may succeed later. */
  boolean passing() {
    return kind != Kind.REFUSED && kind != Kind.GONE;
  }

  /** What a caller of the driver is told, where it is known that nothing was changed. */
  StoreException toStoreException() {
    String message = String.valueOf(getMessage());
    return passing()
        ? BackendException.transientFailure(message, this)
        : BackendException.permanent(message, this);
  }
}
