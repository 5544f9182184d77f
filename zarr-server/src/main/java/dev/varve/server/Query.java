package dev.varve.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, as forms encode them; of a name given twice the first counts.
 * Immutable.
 */
record Query(Map<String, String> parameters) {
  Query {
    parameters = Map.copyOf(parameters);
  }

  /** Reads what stands behind '?'. */
  static Query parse(@Nullable String raw) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        if (!name.isEmpty()) {
          parameters.putIfAbsent(decode(name), decode(value));
        }
      }
    }
    return new Query(parameters);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException broken) {
      // A store's URL may carry anything behind '?'; only the parameters that are asked for matter.
      return text;
    }
  }

  /** A parameter, where it is there and not empty. */
  Optional<String> get(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }

  /** Whether a parameter is there and is not {@code false} or {@code 0}. */
  boolean flag(String name) {
    String value = parameters.get(name);
    return value != null && !value.equals("false") && !value.equals("0");
  }

  /**
   * A whole number.
   *
   * @throws HttpFailure 400 where it is none, or is outside the bounds
   */
  int number(String name, int absent, int least, int most) {
    Optional<String> text = get(name);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException none) {
      // Told below, like a number out of bounds.
    }
    throw new HttpFailure(
        Problem.of(
            400,
            "bad-parameter",
            "'"
                + name
                + "' is '"
                + text.get()
                + "'; a number from "
                + least
                + " to "
                + most
                + " is expected"));
  }
}
