package dev.varve.tools;

import dev.varve.s3.S3Location;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where the bucket is that a repository's name speaks of: what the command line says, else the
 * usual variables. Loads nothing of the SDK. One thread.
 */
final class S3Options {
  private static final String SCHEME = "s3://";

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "For s3:// on another server than AWS (default: AWS_ENDPOINT_URL).")
  private @Nullable String endpoint;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "For s3://: the bucket's region (default: AWS_REGION, or the profile's).")
  private @Nullable String region;

  @Option(
      names = "--path-style",
      description =
          "For s3://: name the bucket in the URL's path, as most servers but AWS need it; on by"
              + " itself for local endpoints.")
  private boolean pathStyle;

  /** Whether a repository's name is one of S3; schemes are told apart without their case. */
  static boolean isS3(String repo) {
    return repo.toLowerCase(Locale.ROOT).startsWith(SCHEME);
  }

  /**
   * The place that {@code s3://bucket/prefix} names.
   *
   * @param variables the environment's
   * @throws dev.varve.error.InvalidNameException where it names none
   */
  S3Location location(String repo, Map<String, String> variables) {
    Optional<String> server = first(endpoint, variables, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    // The SDK knows AWS_REGION, but not the name that the AWS command line gave it first.
    Optional<String> named = first(region, variables, "AWS_REGION", "AWS_DEFAULT_REGION");
    S3Location location =
        S3Location.parse(SCHEME + repo.substring(SCHEME.length()), server, named, pathStyle);
    boolean inPath = pathStyle || location.endpoint().filter(S3Options::isLocal).isPresent();
    return new S3Location(
        location.bucket(), location.prefix(), location.endpoint(), location.region(), inPath);
  }

  private static Optional<String> first(
      @Nullable String option, Map<String, String> variables, String... names) {
    if (option != null) {
      return Optional.of(option);
    }
    for (String name : names) {
      String value = variables.getOrDefault(name, "");
      if (!value.isBlank()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** An address, or a name without domain: no name of a bucket can stand before it. */
  private static boolean isLocal(URI endpoint) {
    String host = String.valueOf(endpoint.getHost());
    return !host.contains(".") || host.contains(":") || host.matches("[0-9.]+");
  }
}
