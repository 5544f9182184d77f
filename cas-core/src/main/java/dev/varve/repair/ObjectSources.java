package dev.varve.repair;

import dev.varve.blob.BlobStore;
import dev.varve.blob.Blobs;
import dev.varve.blob.Mender;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.VerifiedSource;
import dev.varve.check.Finding;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import dev.varve.tree.NodeSource;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for the right bytes of objects that a check finds damaged or missing, and stores them anew.
 * Whatever is stored was proved by its hash. Thread-safe: one object at a time. Holds up to {@link
 * #MOST_DISPLACED} values of at most {@link Blobs#MAX_WHOLE} bytes.
 */
final class ObjectSources implements Mender {
  /** How many objects that stand under each other's names in a ring are untangled. */
  private static final int MOST_DISPLACED = 8;

  /** Of at most {@link OneBit#MAX_BYTES} each. */
  private static final int MOST_TRIED = 64;

  private static final int PART = 1 << 20;

  private final BlobStore store;
  private final RepairableBlobs repairable;
  private final HashAlgorithm algorithm;
  private final Optional<VerifiedBlobs> other;
  private final RepairOptions.Mode mode;
  private final Journal journal;

  /**
   * In which bits were tried, which takes seconds, and what came of it: where nothing is changed, a
   * base is met with each object that stands on it. Guarded by this.
   */
  private final Map<ContentHash, Optional<ByteBuffer>> tried =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, Optional<ByteBuffer>> eldest) {
          return size() > MOST_TRIED;
        }
      };

  /**
   * @param store the damaged one, which is a {@link RepairableBlobs}
   */
  ObjectSources(
      BlobStore store,
      HashAlgorithm algorithm,
      Optional<VerifiedBlobs> other,
      RepairOptions.Mode mode,
      Journal journal) {
    this.store = store;
    this.repairable = (RepairableBlobs) store;
    this.algorithm = algorithm;
    this.other = other;
    this.mode = mode;
    this.journal = journal;
  }

  /** Right bytes, and where they came from. */
  private record Found(ValueSource bytes, RepairEvent.Source source) {}

  /** What is known of an object by way of the one that it stands on. */
  private record Over(boolean baseIsLost, Optional<Found> found) {
    static final Over NOTHING = new Over(false, Optional.empty());
  }

  @Override
  public synchronized Optional<StoredBlob> mend(String what, ContentHash hash) {
    if (whole(hash)) {
      // Mended since it was read, by another thread or with the ring that it is in.
      return store.open(hash);
    }
    RepairableBlobs.Standing standing = repairable.standing(hash).orElse(null);
    if (standing == null) {
      return mend(what, hash, Over.NOTHING);
    }
    ContentHash under = standing.base();
    boolean stood = whole(under);
    Optional<StoredBlob> base = stood ? store.open(under) : mend(what, under, overDamaged(under));
    Optional<ByteBuffer> over = base.flatMap(blob -> over(hash, blob));
    if (!stood && standing.right() && over.isPresent()) {
      // All that stands on it is whole with it.
      return over.map(ValueSource::of).map(HeldBytes::new);
    }
    RepairEvent.Source source =
        standing.right() ? RepairEvent.Source.ELSEWHERE : RepairEvent.Source.ONE_BIT;
    return mend(
        what,
        hash,
        new Over(base.isEmpty(), over.map(bytes -> new Found(ValueSource.of(bytes), source))));
  }

  /** Of a base, which should stand by itself: what it stands on is not mended for it in turn. */
  private Over overDamaged(ContentHash hash) {
    boolean lost = repairable.standing(hash).filter(on -> !whole(on.base())).isPresent();
    return new Over(lost, Optional.empty());
  }

  private Optional<StoredBlob> mend(String what, ContentHash hash, Over over) {
    Finding.Role role = role(what);
    Optional<Found> found = find(what, hash, over);
    // What only lacks its base is told again by the base's bytes, whenever these come.
    boolean takesAway = repairable.takesAway() && !over.baseIsLost();
    if (mode == RepairOptions.Mode.PREVIEW) {
      return preview(role, what, hash, found, takesAway);
    }
    if (found.isEmpty()) {
      if (takesAway) {
        // A name that holds wrong bytes would keep the right ones from being stored by a later put.
        repairable
            .moveAside(hash, blob -> !whole(hash, blob))
            .ifPresent(place -> journal.movedAside(role, what, hash.toString(), place));
      }
      return Optional.empty();
    }
    if (found.get().source() == RepairEvent.Source.ELSEWHERE) {
      bringHome(hash, new LinkedHashSet<>());
    }
    replace(role, what, hash, found.get());
    return store.open(hash);
  }

  private boolean whole(ContentHash hash) {
    try (StoredBlob blob = store.open(hash).orElse(null)) {
      return blob != null && whole(hash, blob);
    } catch (CorruptDataException unreadable) {
      return false;
    }
  }

  private boolean whole(ContentHash hash, StoredBlob blob) {
    Hasher hasher = algorithm.hasher();
    for (long at = 0; at < blob.length(); at += PART) {
      ByteBuffer part = blob.read(at, PART);
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      hasher.update(bytes, 0, bytes.length);
    }
    return hasher.finish().equals(hash);
  }

  private Optional<StoredBlob> preview(
      Finding.Role role, String what, ContentHash hash, Optional<Found> found, boolean takesAway) {
    if ((found.isPresent() || takesAway) && stands(hash)) {
      journal.movedAside(role, what, hash.toString(), Journal.NOT_YET);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    journal.repaired(role, what, hash.toString(), found.get().source());
    return found.get().source() == RepairEvent.Source.OTHER
        ? other.flatMap(theirs -> theirs.readerUnverified().open(hash))
        : Optional.of(new HeldBytes(found.get().bytes()));
  }

  private boolean stands(ContentHash hash) {
    try (StoredBlob blob = store.open(hash).orElse(null)) {
      return blob != null;
    } catch (CorruptDataException unreadable) {
      return true;
    }
  }

  private void replace(Finding.Role role, String what, ContentHash hash, Found found) {
    Optional<String> place =
        repairable.replace(hash, new VerifiedSource(hash, algorithm, found.bytes()));
    place.ifPresent(where -> journal.movedAside(role, what, hash.toString(), where));
    journal.repaired(role, what, hash.toString(), found.source());
  }

  private static Finding.Role role(String what) {
    return switch (what) {
      case "commit" -> Finding.Role.COMMIT;
      case "node" -> Finding.Role.NODE;
      default -> Finding.Role.VALUE;
    };
  }

  /** Cheapest first. */
  private Optional<Found> find(String what, ContentHash hash, Over over) {
    return empty(hash)
        .or(() -> elsewhere(hash))
        .or(over::found)
        .or(() -> fromOther(what, hash))
        .or(() -> oneBit(hash));
  }

  /** What is stored as a difference, over right bytes of its base; empty where that is not it. */
  private Optional<ByteBuffer> over(ContentHash hash, StoredBlob base) {
    try (base) {
      return base.length() > Blobs.MAX_WHOLE
          ? Optional.empty()
          : repairable
              .over(hash, base.read(0, (int) base.length()))
              .filter(bytes -> algorithm.hash(bytes).equals(hash));
    }
  }

  private Optional<Found> empty(ContentHash hash) {
    ByteBuffer node = NodeSource.emptyNode();
    return algorithm.hash(node).equals(hash)
        ? Optional.of(new Found(ValueSource.of(node), RepairEvent.Source.FORMAT))
        : Optional.empty();
  }

  /** Follows what stands under the hash to the name that it should stand under, and so on. */
  private Optional<Found> elsewhere(ContentHash hash) {
    Optional<ContentHash> at = actual(hash);
    for (int i = 0; i < MOST_DISPLACED && at.isPresent() && !at.get().equals(hash); i++) {
      Optional<ByteBuffer> bytes = bytesUnder(at.get());
      Optional<ContentHash> next = bytes.map(algorithm::hash);
      if (next.equals(Optional.of(hash))) {
        return Optional.of(
            new Found(ValueSource.of(bytes.orElseThrow()), RepairEvent.Source.ELSEWHERE));
      }
      if (next.equals(at)) {
        return Optional.empty();
      }
      at = next;
    }
    return Optional.empty();
  }

  /**
   * Gives the bytes under a hash to the name that they should stand under, if something else stands
   * there, before they are overwritten: the next in the ring will need them.
   */
  private void bringHome(ContentHash hash, Set<ContentHash> visited) {
    Optional<ByteBuffer> bytes = bytesUnder(hash);
    Optional<ContentHash> home = bytes.map(algorithm::hash);
    visited.add(hash);
    if (home.isEmpty() || visited.contains(home.get()) || visited.size() > MOST_DISPLACED) {
      return;
    }
    Optional<ContentHash> there = actual(home.get());
    if (there.isPresent() && !there.equals(home)) {
      bringHome(home.get(), visited);
      replace(
          Finding.Role.VALUE,
          "object",
          home.get(),
          new Found(ValueSource.of(bytes.orElseThrow()), RepairEvent.Source.ELSEWHERE));
    }
  }

  private Optional<Found> fromOther(String what, ContentHash hash) {
    if (other.isEmpty()) {
      return Optional.empty();
    }
    try {
      other.get().verify(what, hash);
      return Optional.of(new Found(other.get().source(what, hash), RepairEvent.Source.OTHER));
    } catch (MissingBlobException | CorruptDataException notThereEither) {
      return Optional.empty();
    }
  }

  private Optional<Found> oneBit(ContentHash hash) {
    Optional<ByteBuffer> found = tried.get(hash);
    if (found == null) {
      found = bytesUnder(hash).flatMap(bytes -> OneBit.find(bytes, hash, algorithm));
      if (mode == RepairOptions.Mode.PREVIEW) {
        tried.put(hash, found);
      }
    }
    return found.map(bytes -> new Found(ValueSource.of(bytes), RepairEvent.Source.ONE_BIT));
  }

  private Optional<ContentHash> actual(ContentHash hash) {
    return bytesUnder(hash).map(algorithm::hash);
  }

  /** What stands under a hash, where it is not large and can be read at all. */
  private Optional<ByteBuffer> bytesUnder(ContentHash hash) {
    try (StoredBlob blob = store.open(hash).orElse(null)) {
      return blob == null || blob.length() > Blobs.MAX_WHOLE
          ? Optional.empty()
          : Optional.of(blob.read(0, (int) blob.length()));
    } catch (CorruptDataException unreadable) {
      return Optional.empty();
    }
  }
}
