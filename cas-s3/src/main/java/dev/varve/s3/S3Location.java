package dev.varve.s3;

import dev.varve.error.InvalidNameException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a repository is on S3. Immutable.
 *
 * @param bucket the bucket
 * @param prefix what the repository's keys begin with: empty, or one or more segments, each with a
 *     '/' behind it
 * @param endpoint the server, where it is not AWS
 * @param region the region, where the environment's is not meant
 * @param pathStyle whether the bucket is named in the path, not in the host's name; most servers
 *     other than AWS need it
 */
public record S3Location(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    Optional<String> region,
    boolean pathStyle) {
  private static final String SCHEME = "s3://";

  /** The longest prefix: with the longest name of a ref behind it, a key has 1024 bytes. */
  public static final int MAX_PREFIX = 200;

  /** Checks the names. */
  public S3Location {
    if (!bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,62}")) {
      throw invalid(SCHEME + bucket, "'" + bucket + "' is no name of a bucket");
    }
    if (prefix.length() > MAX_PREFIX) {
      throw invalid(
          SCHEME + bucket + "/" + prefix, "the prefix has more than " + MAX_PREFIX + " characters");
    }
    // Plain names only: servers disagree about the order and the escaping of all others.
    if (!prefix.matches("([A-Za-z0-9._-]+/)*") || ("/" + prefix).matches(".*/\\.{1,2}/.*")) {
      throw invalid(
          SCHEME + bucket + "/" + prefix,
          "a prefix has letters, digits, '.', '_' and '-' between single '/'");
    }
    endpoint.ifPresent(S3Location::check);
  }

  /**
   * Parses {@code s3://bucket/prefix}; a '/' at its end means nothing.
   *
   * @param endpoint the server's URL, as {@code http://127.0.0.1:9000}, or empty for AWS
   * @throws InvalidNameException where it is not one
   */
  public static S3Location parse(
      String url, Optional<String> endpoint, Optional<String> region, boolean pathStyle) {
    if (!isS3(url)) {
      throw invalid(url, "it must be s3://bucket/prefix");
    }
    String rest = url.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String prefix = slash < 0 ? "" : rest.substring(slash + 1);
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      prefix += "/";
    }
    return new S3Location(bucket, prefix, endpoint.map(S3Location::uri), region, pathStyle);
  }

  /** Whether a repository's name is one of S3. */
  public static boolean isS3(String url) {
    return url.startsWith(SCHEME);
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException bad) {
      throw new InvalidNameException("endpoint", text, "it must be as http://host:port");
    }
  }

  private static void check(URI endpoint) {
    String scheme = endpoint.getScheme();
    if (scheme == null || !scheme.matches("https?") || endpoint.getHost() == null) {
      throw new InvalidNameException(
          "endpoint", endpoint.toString(), "it must be as http://host:port");
    }
  }

  private static InvalidNameException invalid(String given, String rule) {
    return new InvalidNameException("S3 location", given, rule);
  }

  /** {@code s3://bucket/prefix}, and the endpoint where there is one. */
  @Override
  public String toString() {
    String url = SCHEME + bucket + "/" + prefix;
    String plain = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    return endpoint.map(server -> plain + " (at " + server + ")").orElse(plain);
  }
}
