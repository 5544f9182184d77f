package dev.varve.check;

import dev.varve.hash.ContentHash;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a check looks at. Immutable.
 *
 * @param revision one snapshot, or empty for everything that a ref reaches, or reached as far as
 *     its log goes back
 * @param directory only what lies below, "" for all
 * @param since leave out what these commits reach; none for nothing
 * @param sample which part of the values to read, above 0 and up to 1; all nodes and commits are
 *     read
 */
public record CheckScope(
    Optional<ContentHash> revision, String directory, List<ContentHash> since, double sample) {
  /** Everything that is reachable. */
  public static final CheckScope EVERYTHING = new CheckScope(Optional.empty(), "", List.of(), 1);

  /** Checks the share. */
  public CheckScope {
    since = List.copyOf(since);
    if (!(sample > 0 && sample <= 1)) {
      throw new IllegalArgumentException("a sample is above 0 and at most 1, not " + sample);
    }
  }

  /** One snapshot. */
  public static CheckScope of(ContentHash revision) {
    return new CheckScope(Optional.of(revision), "", List.of(), 1);
  }

  /** Below a directory only. */
  public CheckScope below(String path) {
    return new CheckScope(revision, path, since, sample);
  }

  /** Without what a commit reaches. */
  public CheckScope since(ContentHash commit) {
    return since(List.of(commit));
  }

  /** Without what several commits reach. */
  public CheckScope since(Collection<ContentHash> commits) {
    return new CheckScope(revision, directory, List.copyOf(commits), sample);
  }

  /** With only a part of the values. */
  public CheckScope sample(double share) {
    return new CheckScope(revision, directory, since, share);
  }
}
