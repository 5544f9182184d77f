package dev.varve.tools;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Nonce;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Opens and makes the repositories that a command line names. */
final class Repositories {
  private Repositories() {}

  /** Opens the repository that {@code repo} names. */
  static Repository open(Console console, String repo) {
    return Varve.open(console.backends().open(directory(repo)), environment(console.environment()));
  }

  /** Makes a repository where there is none. */
  static Repository create(Console console, String repo, HashAlgorithm hash) {
    return Varve.create(
        console.backends().create(directory(repo)), hash, environment(console.environment()));
  }

  private static Path directory(String repo) {
    if (repo.toLowerCase(Locale.ROOT).matches("[a-z][a-z0-9+.-]+://.*")) {
      boolean s3 = repo.toLowerCase(Locale.ROOT).startsWith("s3://");
      throw Refusal.failed(
          "unsupported",
          s3
              ? "this build has no support for S3 yet: '" + repo + "'"
              : "not a place that repositories can be in: '" + repo + "'",
          "name a directory on this machine");
    }
    return FilePath.of(repo, "a directory");
  }

  /** The machine's clock and randomness; {@code VARVE_AUTHOR} says who writes. */
  static Environment environment(Map<String, String> variables) {
    Environment system = Environment.system();
    String author = variables.getOrDefault("VARVE_AUTHOR", "");
    return author.isBlank() ? system : new Authored(system, author);
  }

  private record Authored(Environment system, String user) implements Environment {
    @Override
    public long nowMillis() {
      return system.nowMillis();
    }

    @Override
    public Nonce nonce() {
      return system.nonce();
    }

    @Override
    public void pause(long maxMillis) {
      system.pause(maxMillis);
    }
  }
}
