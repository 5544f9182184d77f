package dev.varve;

import dev.varve.hash.HashAlgorithm;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.ref.Backend;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.zarr.ZarrConflictRule;
import java.nio.file.Path;

/**
 * Opens and makes repositories of Zarr data, as the {@code varve} command does. Thread-safe.
 *
 * <pre>{@code
 * try (Repository repo = Varve.open(Path.of("ocean"))) {
 *   Snapshot v1 = repo.snapshot("v1");
 *   try (Transaction edits = repo.begin("main")) {
 *     edits.put(Key.of("air/c/0"), bytes);
 *     CommitOutcome done = edits.commit(CommitInfo.of("append 1958"));
 *   }
 * }
 * }</pre>
 */
public final class Varve {
  private Varve() {}

  /**
   * Opens the repository in a directory. Closing it closes its storage.
   *
   * @throws dev.varve.error.NotFoundException where there is none
   * @throws dev.varve.error.CorruptDataException where it is damaged at the root
   * @throws dev.varve.error.UnsupportedFormatException where it needs a newer program
   */
  public static Repository open(Path directory) {
    return open(LmdbBackend.open(directory), Environment.system());
  }

  /**
   * Makes a new, empty repository in a directory that is empty or does not exist yet.
   *
   * @throws dev.varve.error.BackendException where something is there already; nothing is touched
   */
  public static Repository create(Path directory, HashAlgorithm hash) {
    return create(LmdbBackend.create(directory), hash, Environment.system());
  }

  /** Opens the repository in any storage, which is closed with it, and where that fails. */
  public static Repository open(Backend backend, Environment environment) {
    return open(backend, environment, "");
  }

  /**
   * As the other, for who looks up one revision or branch before anything else, see {@link
   * Repository#open(Backend, Environment, dev.varve.version.ConflictRule, String)}.
   */
  public static Repository open(Backend backend, Environment environment, String first) {
    try {
      return Repository.open(backend, environment, new ZarrConflictRule(), first);
    } catch (RuntimeException | Error failed) {
      backend.close();
      throw failed;
    }
  }

  /** Makes a repository in any storage, which is closed with it, and where that fails. */
  public static Repository create(Backend backend, HashAlgorithm hash, Environment environment) {
    return create(backend, RepositoryConfig.of(hash), environment);
  }

  /** Makes a repository as configured in any storage, which is closed with it, and on failure. */
  public static Repository create(
      Backend backend, RepositoryConfig config, Environment environment) {
    try {
      return Repository.create(backend, config, environment, new ZarrConflictRule());
    } catch (RuntimeException | Error failed) {
      backend.close();
      throw failed;
    }
  }
}
