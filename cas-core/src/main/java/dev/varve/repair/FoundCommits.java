package dev.varve.repair;

import dev.varve.blob.BlobStore;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableRefs;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.Repository;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The commits that are stored, found by looking at every stored blob. Done only when it is asked
 * for, which is when nothing tells what a ref held. Holds the hashes of all commits and their
 * parents. One thread.
 */
final class FoundCommits {
  private final BlobStore store;
  private final RefStore refs;
  private final boolean cheap;
  private final HashAlgorithm algorithm;
  private final Optional<Repository> other;
  private @Nullable Map<ContentHash, List<ContentHash>> parents;

  /** {@code other} is where commits are looked for that are not here, or not yet here again. */
  FoundCommits(Backend backend, HashAlgorithm algorithm, Optional<Repository> other) {
    this.store = backend.blobs();
    this.refs = backend.refs();
    this.cheap = backend.local();
    this.algorithm = algorithm;
    this.other = other;
  }

  /** Whether looking at every stored blob costs no request for each. */
  boolean cheap() {
    return cheap;
  }

  /**
   * Commits that no commit follows and no readable ref reaches, of those that {@code after} is an
   * ancestor of, or of all. What {@code held} reach is claimed, too.
   */
  List<ContentHash> unclaimed(Optional<ContentHash> after, List<ContentHash> held) {
    Map<ContentHash, List<ContentHash>> all = parents();
    Set<ContentHash> tips = new HashSet<>(all.keySet());
    all.values().forEach(tips::removeAll);
    List<ContentHash> claimed = claimed();
    claimed.addAll(held);
    tips.removeAll(reached(claimed));
    List<ContentHash> found = new ArrayList<>();
    for (ContentHash tip : tips) {
      if (after.isEmpty() || reached(List.of(tip)).contains(after.get())) {
        found.add(tip);
      }
    }
    found.sort(null);
    return found;
  }

  private Set<ContentHash> reached(List<ContentHash> from) {
    Set<ContentHash> reached = new HashSet<>();
    Deque<ContentHash> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      ContentHash id = open.pop();
      if (reached.add(id)) {
        List<ContentHash> here = parents().get(id);
        open.addAll(here == null ? elsewhere(id) : here);
      }
    }
    return reached;
  }

  private List<ContentHash> elsewhere(ContentHash id) {
    try {
      return other.map(repository -> repository.commit(id).parents()).orElse(List.of());
    } catch (CorruptDataException | MissingBlobException neither) {
      // History ends here for both; what lies behind counts as not reached.
      return List.of();
    }
  }

  /** What refs hold, or held, by the records that can be read. */
  private List<ContentHash> claimed() {
    List<ContentHash> claimed = new ArrayList<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefName name : ((RepairableRefs) refs).names(kind)) {
        long newest = ((RepairableRefs) refs).newest(name).orElse(0);
        for (long number = newest; number >= 1; number--) {
          target(name, number).ifPresent(claimed::add);
        }
      }
    }
    return claimed;
  }

  private Optional<ContentHash> target(RefName name, long number) {
    try {
      return refs.read(name, number).flatMap(record -> record.target());
    } catch (CorruptDataException damaged) {
      // The one that is looked for, or another like it.
      return Optional.empty();
    }
  }

  private Map<ContentHash, List<ContentHash>> parents() {
    Map<ContentHash, List<ContentHash>> known = parents;
    if (known == null) {
      known = new HashMap<>();
      scan(known);
      parents = known;
    }
    return known;
  }

  private void scan(Map<ContentHash, List<ContentHash>> found) {
    if (store instanceof ScannableBlobs scannable) {
      VerifiedBlobs blobs = new VerifiedBlobs(store, algorithm);
      scannable.scan(
          (hash, length) -> {
            if (length <= CommitCodec.MAX_BYTES && looksLike(hash)) {
              read(blobs, hash).ifPresent(commit -> found.put(hash, commit.parents()));
            }
          });
    }
  }

  private boolean looksLike(ContentHash hash) {
    try (StoredBlob blob = store.open(hash).orElse(null)) {
      return blob != null && CommitCodec.looksLike(blob.read(0, 16));
    } catch (CorruptDataException damaged) {
      return false;
    }
  }

  private static Optional<Commit> read(VerifiedBlobs blobs, ContentHash hash) {
    try {
      return Optional.of(
          CommitCodec.decode(hash, blobs.get("commit", hash, CommitCodec.MAX_BYTES)));
    } catch (MissingBlobException | CorruptDataException notOne) {
      return Optional.empty();
    }
  }
}
