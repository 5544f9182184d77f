package dev.varve.check;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.version.Logged;
import dev.varve.version.Repository;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * What some commits reach, walked from the newest down only as far as was asked for. One thread.
 * Holds the hash of every commit that was walked over.
 */
final class Before {
  private final Repository repository;
  private final List<ContentHash> from;
  private final Set<ContentHash> met = new HashSet<>();
  private Iterator<Logged> rest = List.<Logged>of().iterator();
  private long generation = Long.MAX_VALUE;
  private boolean begun;

  Before(Repository repository, List<ContentHash> from) {
    this.repository = repository;
    this.from = from;
  }

  /** Whether a commit is reached; one that cannot be read, or is read past damage, is not. */
  boolean reaches(ContentHash id) {
    if (from.isEmpty()) {
      return false;
    }
    try {
      if (!begun) {
        begun = true;
        rest = repository.history(from);
      }
      long wanted = repository.commit(id).generation();
      // Generations only fall along the walk, so below the wanted one it cannot come any more.
      while (generation >= wanted && rest.hasNext()) {
        Logged next = rest.next();
        generation = next.commit().generation();
        met.add(next.id());
      }
    } catch (MissingBlobException | CorruptDataException unreadable) {
      rest = List.<Logged>of().iterator();
    }
    return met.contains(id);
  }
}
