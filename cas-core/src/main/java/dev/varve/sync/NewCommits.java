package dev.varve.sync;

import dev.varve.hash.ContentHash;
import dev.varve.version.Logged;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Finds the commits that some heads reach and others do not. */
final class NewCommits {
  private NewCommits() {}

  /**
   * Commits reached from {@code heads} and from none of {@code known}, parents before children.
   *
   * <p>History is walked by generation, so a commit's fate is settled when it comes up: all its
   * children came before. Memory: the new commits, and those open side by side.
   */
  static List<ContentHash> find(
      Repository repository, Collection<ContentHash> heads, Collection<ContentHash> known) {
    Set<ContentHash> reached = new HashSet<>(known);
    Set<ContentHash> open = new HashSet<>(heads);
    open.removeAll(reached);
    Set<ContentHash> all = new HashSet<>(heads);
    all.addAll(known);
    List<ContentHash> found = new ArrayList<>();
    Iterator<Logged> walk = repository.history(all);
    while (!open.isEmpty() && walk.hasNext()) {
      Logged next = walk.next();
      boolean old = reached.remove(next.id());
      open.remove(next.id());
      for (ContentHash parent : next.commit().parents()) {
        if (old) {
          reached.add(parent);
          open.remove(parent);
        } else if (!reached.contains(parent)) {
          open.add(parent);
        }
      }
      if (!old) {
        found.add(next.id());
      }
    }
    Collections.reverse(found);
    return found;
  }
}
