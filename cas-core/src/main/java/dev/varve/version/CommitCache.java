package dev.varve.version;

import dev.varve.hash.ContentHash;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commits that were read last. A plain map: each command opens a repository, and making the
 * library's cache would take a tenth of {@code log}. Thread-safe.
 */
final class CommitCache {
  /** Times their length this bounds what is kept. */
  private static final int COMMITS = 1024;

  private final Map<ContentHash, Commit> kept = new LinkedHashMap<>(16, 0.75f, true);

  synchronized @Nullable Commit get(ContentHash id) {
    return kept.get(id);
  }

  synchronized void put(ContentHash id, Commit commit) {
    kept.put(id, commit);
    if (kept.size() > COMMITS) {
      kept.remove(kept.keySet().iterator().next());
    }
  }
}
