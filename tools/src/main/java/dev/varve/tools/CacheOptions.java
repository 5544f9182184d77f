package dev.varve.tools;

import dev.varve.lmdb.cache.BlobCache;
import dev.varve.lmdb.cache.CacheSettings;
import dev.varve.lmdb.cache.CachedBackend;
import dev.varve.ref.Backend;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where what is read from buckets and of imported files is kept on this machine, if it is. One
 * thread.
 */
final class CacheOptions {
  private static final String OFF = "off";
  private static final String FILES = "files";

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "For s3://: keep what is read and written in this folder, too (default: VARVE_CACHE, or"
              + " varve in the user's cache folder). For import: the hashes of files, as well.")
  private @Nullable String directory;

  @Option(
      names = "--no-cache",
      description = "Keep nothing in a cache on this machine (as VARVE_CACHE=off).")
  private boolean none;

  /**
   * A backend behind the cache that is asked for.
   *
   * @param use when the command uses one
   * @param notes is told what keeps the cache from being used
   */
  Backend over(Backend far, Map<String, String> variables, CacheUse use, Consumer<String> notes) {
    Optional<Path> folder = folder(variables, use);
    if (folder.isEmpty()) {
      return far;
    }
    return CachedBackend.over(far, BlobCache.open(folder.get(), settings(variables), notes));
  }

  Optional<Path> folder(Map<String, String> variables, CacheUse use) {
    if (directory != null && none) {
      throw Refusal.usage("--cache and --no-cache contradict each other", "leave one of them out");
    }
    if (directory != null && use != CacheUse.NEVER) {
      return Optional.of(FilePath.of(directory, "a directory"));
    }
    String told = variables.getOrDefault("VARVE_CACHE", "");
    if (none || told.toLowerCase(Locale.ROOT).equals(OFF) || use != CacheUse.ALWAYS) {
      return Optional.empty();
    }
    return told.isBlank() ? usersFolder(variables) : Optional.of(FilePath.of(told, "a directory"));
  }

  /** Where an import remembers what it has read, unless there is to be no cache. */
  Optional<Path> files(Map<String, String> variables) {
    Optional<Path> blobs = folder(variables, CacheUse.ALWAYS);
    return blobs.equals(usersFolder(variables))
        ? blobs.map(folder -> folder.resolveSibling(FILES))
        : blobs.map(folder -> folder.resolve(FILES));
  }

  /** As the system's custom is; nowhere where it has none. */
  private static Optional<Path> usersFolder(Map<String, String> variables) {
    String[][] customs = {{"XDG_CACHE_HOME", ""}, {"LOCALAPPDATA", ""}, {"HOME", ".cache"}};
    for (String[] custom : customs) {
      String base = variables.getOrDefault(custom[0], "");
      if (!base.isBlank() && Path.of(base).isAbsolute()) {
        return Optional.of(Path.of(base, custom[1], "varve", "blobs"));
      }
    }
    return Optional.empty();
  }

  private static CacheSettings settings(Map<String, String> variables) {
    String bytes = variables.getOrDefault("VARVE_CACHE_BYTES", "");
    if (bytes.isBlank()) {
      return CacheSettings.standard();
    }
    if (!bytes.matches("[0-9]{1,18}") || Long.parseLong(bytes) < CacheSettings.LEAST_BYTES) {
      throw Refusal.usage(
          "VARVE_CACHE_BYTES is '" + bytes + "', which is no size of a cache",
          "give a number of bytes, at least " + CacheSettings.LEAST_BYTES);
    }
    return new CacheSettings(Long.parseLong(bytes));
  }
}
