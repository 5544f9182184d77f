package dev.varve.sync;

import dev.varve.blob.StoredBlob;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.NodeSource;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.Repository;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The histories of both repositories as one. What both have is read from the nearer. Thread-safe
 * for {@link #commit} and {@link #knownNodes}; {@link #newCommits} and {@link #reaches} are for one
 * thread. Memory: the new commits' ids, 4,096 commits, and those open side by side.
 */
final class CommitGraph {
  private static final int KEPT = 4096;

  private final Repository near;
  private final Repository far;
  private final Map<ContentHash, Loaded> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, Loaded> eldest) {
          return size() > KEPT;
        }
      };

  CommitGraph(Repository near, Repository far) {
    this.near = near;
    this.far = far;
  }

  /** A commit and the length of its bytes. */
  record Loaded(ContentHash id, Commit commit, int length) {}

  private static final Comparator<Loaded> NEWEST_FIRST =
      Comparator.<Loaded>comparingLong(l -> l.commit().generation())
          .thenComparing(Loaded::id)
          .reversed();

  /** The commit with an id, from whichever has it. */
  Loaded commit(ContentHash id) {
    synchronized (kept) {
      Loaded known = kept.get(id);
      if (known != null) {
        return known;
      }
    }
    Loaded loaded =
        load(near, id)
            .or(() -> load(far, id))
            .orElseThrow(() -> new MissingBlobException("commit", id.toString()));
    synchronized (kept) {
      kept.put(id, loaded);
    }
    return loaded;
  }

  private Loaded parent(Loaded child, ContentHash id) {
    Loaded parent = commit(id);
    child.commit().requireOlder(child.id(), id, parent.commit());
    return parent;
  }

  private static Optional<Loaded> load(Repository repository, ContentHash id) {
    Optional<StoredBlob> found = repository.blobs().readerUnverified().open(id);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (StoredBlob blob = found.get()) {
      ByteBuffer bytes = repository.blobs().whole("commit", id, blob, CommitCodec.MAX_BYTES);
      return Optional.of(new Loaded(id, CommitCodec.decode(id, bytes), bytes.remaining()));
    }
  }

  /** The nodes of a commit that both repositories have whole. */
  NodeSource knownNodes() {
    return near.nodes();
  }

  /**
   * Commits that are new to the receiver.
   *
   * @param ids parents before children
   * @param keys how many keys they added at least: no tree is read for it
   */
  record NewCommits(List<ContentHash> ids, long keys) {}

  /** A commit that was met and whose turn has not come. */
  private record Met(Loaded commit, boolean known) {}

  /**
   * Commits reached from {@code heads} and from none of {@code known}. Each is read once.
   *
   * <p>History is walked by generation, so a commit's fate is settled when it comes up: all its
   * children came before.
   */
  NewCommits newCommits(Collection<ContentHash> heads, Collection<ContentHash> known) {
    PriorityQueue<Loaded> open = new PriorityQueue<>(NEWEST_FIRST);
    Map<ContentHash, Met> met = new HashMap<>();
    known.forEach(id -> met.computeIfAbsent(id, each -> new Met(commit(each), true)));
    heads.forEach(id -> met.computeIfAbsent(id, each -> new Met(commit(each), false)));
    met.values().forEach(each -> open.add(each.commit()));
    long wanted = met.values().stream().filter(each -> !each.known()).count();
    List<ContentHash> found = new ArrayList<>();
    long keys = 0;
    while (wanted > 0) {
      Loaded next = open.remove();
      boolean old = Objects.requireNonNull(met.remove(next.id())).known();
      if (!old) {
        found.add(next.id());
        wanted--;
      }
      long before = 0;
      List<ContentHash> parents = next.commit().parents();
      for (int i = 0; i < parents.size(); i++) {
        ContentHash id = parents.get(i);
        Met parent = met.get(id);
        if (parent == null) {
          parent = new Met(parent(next, id), old);
          met.put(id, parent);
          open.add(parent.commit());
          wanted += old ? 0 : 1;
        } else if (old && !parent.known()) {
          met.put(id, new Met(parent.commit(), true));
          wanted--;
        }
        before = i == 0 ? parent.commit().commit().totals().keys() : before;
      }
      keys += old ? 0 : Math.max(0, next.commit().totals().keys() - before);
    }
    Collections.reverse(found);
    return new NewCommits(found, keys);
  }

  /** Whether {@code ancestor} is {@code descendant} or is reached from it. */
  boolean reaches(ContentHash descendant, ContentHash ancestor) {
    long generation = commit(ancestor).commit().generation();
    PriorityQueue<Loaded> open = new PriorityQueue<>(NEWEST_FIRST);
    Set<ContentHash> met = new HashSet<>();
    met.add(descendant);
    open.add(commit(descendant));
    while (!open.isEmpty()) {
      Loaded next = open.remove();
      if (next.id().equals(ancestor)) {
        return true;
      }
      met.remove(next.id());
      if (next.commit().generation() > generation) {
        for (ContentHash parent : next.commit().parents()) {
          if (met.add(parent)) {
            open.add(parent(next, parent));
          }
        }
      }
    }
    return false;
  }
}
