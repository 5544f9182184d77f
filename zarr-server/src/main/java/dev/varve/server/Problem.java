package dev.varve.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnsupportedFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why a request is not answered as asked. Immutable.
 *
 * <p>Only what provably is not there is a 404. What is there and cannot be read or proved is a 502
 * for damage and a 500 or 503 for a failure of storage: a client that reads 404 as a fill value
 * must never see one for these.
 *
 * @param status the HTTP status
 * @param code a stable word for programs, also in the header {@code Varve-Error}
 * @param message what failed, for people
 * @param details further facts by name, such as the damaged object's hash
 */
record Problem(int status, String code, String message, Map<String, String> details) {
  /** A key or directory that the manifest does not have. */
  static final String NO_KEY = "no-such-key";

  /** A revision that names no commit. */
  static final String NO_REVISION = "no-such-revision";

  /** A repository that is not served. */
  static final String NO_REPOSITORY = "no-such-repository";

  /** Stored bytes that do not have their hash. */
  static final String DAMAGED = "damaged";

  /** Stored bytes that are not there. */
  static final String MISSING = "missing";

  /** A disk or a service that fails. */
  static final String STORAGE = "storage";

  Problem {
    details = Map.copyOf(details);
  }

  /** A problem without details. */
  static Problem of(int status, String code, String message) {
    return new Problem(status, code, message, Map.of());
  }

  /** This with one more fact. */
  Problem with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new Problem(status, code, message, more);
  }

  /** What a failure means. */
  static Problem of(Throwable failed) {
    if (failed instanceof HttpFailure failure) {
      return failure.problem();
    }
    if (failed instanceof CorruptDataException damaged) {
      Problem problem = of(502, DAMAGED, message(failed)).with("object", damaged.object());
      String expected = damaged.expected();
      String actual = damaged.actual();
      return expected == null || actual == null
          ? problem
          : problem.with("expected", expected).with("actual", actual);
    }
    if (failed instanceof MissingBlobException missing) {
      return of(502, MISSING, message(failed)).with("object", missing.object());
    }
    if (failed instanceof NotFoundException) {
      return of(404, "not-found", message(failed));
    }
    if (failed instanceof InvalidNameException) {
      return of(400, "bad-name", message(failed));
    }
    if (failed instanceof UnsupportedFormatException) {
      return of(500, "unsupported-format", message(failed));
    }
    if (failed instanceof BackendException storage) {
      // The message names files of the server's; it goes to the log.
      return of(
          storage.retryable() ? 503 : 500, STORAGE, "storage failed; the server's log tells more");
    }
    return of(500, "internal", "the server failed; its log tells more");
  }

  private static String message(Throwable failed) {
    return Optional.ofNullable(failed.getMessage()).orElse(failed.getClass().getSimpleName());
  }

  /** Whether this tells of damage. */
  boolean damage() {
    return code.equals(DAMAGED) || code.equals(MISSING);
  }

  /** Whether nobody foresaw it. */
  boolean unexpected() {
    return code.equals("internal");
  }

  /** The body of the answer. */
  ObjectNode json() {
    ObjectNode json = Json.object().put("type", "error").put("code", code).put("message", message);
    details.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(detail -> json.put(detail.getKey(), detail.getValue()));
    return json;
  }
}
