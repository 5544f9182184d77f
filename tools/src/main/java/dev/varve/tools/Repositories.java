package dev.varve.tools;

import dev.varve.Varve;
import dev.varve.error.BackendException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.Nonce;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Opens and makes the repositories that a command line names. */
final class Repositories {
  private Repositories() {}

  /**
   * Opens the repository that {@code repo} names: a directory, or {@code s3://bucket/prefix}.
   *
   * @param cached puts a cache before the storage of a bucket
   * @param first the revision or branch that the command looks up at once, or ""
   */
  static Repository open(
      Console console, String repo, S3Options s3, UnaryOperator<Backend> cached, String first) {
    Backend backend = backend(console, repo, s3);
    return Varve.open(
        S3Options.isS3(repo) ? cached.apply(backend) : backend,
        environment(console.environment()),
        first);
  }

  /** Opens what a repository is stored in, whether it can be read as one or not. */
  static Backend backend(Console console, String repo, S3Options s3) {
    Backends backends = console.backends();
    return S3Options.isS3(repo)
        ? backends.open(s3.location(repo, console.environment()))
        : backends.open(directory(repo));
  }

  /** Makes a repository where there is none. */
  static Repository create(Console console, String repo, S3Options s3, HashAlgorithm hash) {
    return create(console, repo, s3, RepositoryConfig.of(hash));
  }

  /** As the other, as configured. */
  static Repository create(Console console, String repo, S3Options s3, RepositoryConfig config) {
    Backends backends = console.backends();
    Map<String, String> variables = console.environment();
    return Varve.create(
        S3Options.isS3(repo)
            ? backends.create(s3.location(repo, variables), config.singleWriter())
            : backends.create(directory(repo)),
        config,
        environment(variables));
  }

  /**
   * In place of a repository that would be made, one that is kept nowhere.
   *
   * @throws BackendException where there is one already, or anything else in its place
   */
  static Repository imagine(Console console, String repo, S3Options s3, HashAlgorithm hash) {
    Optional<ByteBuffer> there;
    if (S3Options.isS3(repo)) {
      try (Backend bucket = backend(console, repo, s3)) {
        there = bucket.config();
      }
    } else {
      there = console.backends().configIn(directory(repo));
    }
    if (there.isPresent()) {
      throw BackendException.permanent("there is a repository already at " + repo, null);
    }
    return Varve.create(
        new MemoryBackend(), RepositoryConfig.of(hash), environment(console.environment()));
  }

  /** The directory that {@code repo} names. */
  static Path directory(String repo) {
    if (repo.toLowerCase(Locale.ROOT).matches("[a-z][a-z0-9+.-]+://.*")) {
      throw Refusal.failed(
          "unsupported",
          "not a place that repositories can be in: '" + repo + "'",
          "name a directory on this machine, or s3://bucket/prefix");
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
