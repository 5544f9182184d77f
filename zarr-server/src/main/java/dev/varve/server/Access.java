package dev.varve.server;

import dev.varve.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who may read: everybody, or whoever has one of some tokens. A token comes as {@code
 * Authorization: Bearer}, as the password of {@code Authorization: Basic} (which browsers and most
 * clients can send), or as the parameter {@code token} of the URL. Tokens are compared as hashes,
 * in constant time. Immutable.
 */
final class Access {
  /** Everybody may. */
  static final Access PUBLIC = new Access(List.of());

  private final List<byte[]> tokens;

  private Access(List<byte[]> tokens) {
    this.tokens = List.copyOf(tokens);
  }

  /** Whoever has this token may. */
  static Access token(String token) {
    return PUBLIC.or(token);
  }

  /** Whoever has this token may, too. */
  Access or(String token) {
    if (token.isEmpty()) {
      throw new IllegalArgumentException("a token has at least one character");
    }
    List<byte[]> all = new ArrayList<>(tokens);
    all.add(digest(token));
    return new Access(all);
  }

  boolean isPublic() {
    return tokens.isEmpty();
  }

  /** Whether a request may read. */
  boolean allows(Exchange exchange) {
    return isPublic() || given(exchange).stream().anyMatch(this::knows);
  }

  /**
   * Refuses a request that may not read.
   *
   * @throws HttpFailure 401
   */
  void require(Exchange exchange) {
    if (!allows(exchange)) {
      exchange.response().getHeaders().add("WWW-Authenticate", "Bearer realm=\"varve\"");
      exchange
          .response()
          .getHeaders()
          .add("WWW-Authenticate", "Basic realm=\"varve\", charset=\"UTF-8\"");
      throw new HttpFailure(
          Problem.of(
              401,
              "unauthorized",
              "a token is needed: send 'Authorization: Bearer TOKEN', or the token as a password"));
    }
  }

  private boolean knows(String token) {
    byte[] digest = digest(token);
    boolean known = false;
    for (byte[] each : tokens) {
      known |= MessageDigest.isEqual(each, digest);
    }
    return known;
  }

  private static List<String> given(Exchange exchange) {
    List<String> given = new ArrayList<>();
    exchange.query().get("token").ifPresent(given::add);
    String header = Optional.ofNullable(exchange.header("Authorization")).orElse("").strip();
    String scheme = header.toLowerCase(Locale.ROOT);
    if (scheme.startsWith("bearer ")) {
      given.add(header.substring("bearer ".length()).strip());
    } else if (scheme.startsWith("basic ")) {
      password(header.substring("basic ".length()).strip()).ifPresent(given::add);
    }
    return given;
  }

  private static Optional<String> password(String credentials) {
    try {
      String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
    } catch (IllegalArgumentException noBase64) {
      return Optional.empty();
    }
  }

  private static byte[] digest(String token) {
    return HashAlgorithm.SHA256.hash(token.getBytes(StandardCharsets.UTF_8)).toBytes();
  }
}
