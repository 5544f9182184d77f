package dev.varve.s3;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.ChecksummedBlobs;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;

/**
 * Blobs as one object each, by their plain name or, where a collection took that, a copy's.
 * Thread-safe. Nothing is overwritten or removed.
 */
final class S3BlobStore implements BlobStore, ScannableBlobs, RepairableBlobs, ChecksummedBlobs {
  private static final int PAGE = 1000;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Workers workers;
  private final Attempts attempts;
  private final Chain chain;
  private final WriterMark mark;
  private volatile boolean sha256;

  S3BlobStore(Bucket bucket, S3Layout layout, Workers workers, Attempts attempts, WriterMark mark) {
    this.mark = mark;
    this.bucket = bucket;
    this.layout = layout;
    this.workers = workers;
    this.attempts = attempts;
    this.chain = new Chain(bucket, layout, attempts);
  }

  /** Until this is called, names are taken for nothing more than names. */
  void namedBy(HashAlgorithm algorithm) {
    sha256 = algorithm == HashAlgorithm.SHA256;
  }

  @Override
  public Optional<StoredBlob> open(ContentHash hash) {
    return open(hash, S3Blob.FIRST);
  }

  /** {@inheritDoc} One GET, of less where the blob is shorter; for no bytes a HEAD. */
  @Override
  public Optional<StoredBlob> open(ContentHash hash, int soon) {
    int first = Math.max(0, Math.min(soon, Blobs.MAX_READ));
    Optional<StoredBlob> plain = at(layout.blob(hash), first);
    if (plain.isPresent()) {
      return plain;
    }
    List<String> copies = copies(hash);
    // Newest first: the oldest are the first that a collection takes.
    for (int i = copies.size() - 1; i >= 0; i--) {
      Optional<StoredBlob> copy = at(copies.get(i), first);
      if (copy.isPresent()) {
        return copy;
      }
    }
    return Optional.empty();
  }

  /** {@inheritDoc} The newest copy first. */
  @Override
  public Optional<StoredBlob> openCopy(ContentHash hash, int tried) {
    List<String> copies = copies(hash);
    for (int i = copies.size() - 1 - tried; i >= 0; i--) {
      Optional<StoredBlob> copy = at(copies.get(i), S3Blob.FIRST);
      if (copy.isPresent()) {
        return copy;
      }
    }
    return Optional.empty();
  }

  private Optional<StoredBlob> at(String key, int first) {
    return attempts
        .read(() -> bucket.get(key, 0, first))
        .map(piece -> new S3Blob(bucket, attempts, key, piece));
  }

  /** The names of a blob's copies, oldest first; few, one an epoch at most. */
  private List<String> copies(ContentHash hash) {
    return attempts
        .read(() -> bucket.list(layout.copies(hash), Optional.empty(), PAGE, false))
        .objects()
        .stream()
        .map(Bucket.Listed::key)
        .filter(key -> layout.blobOf(key).isPresent())
        .toList();
  }

  @Override
  public Set<ContentHash> missing(Collection<ContentHash> hashes) {
    Set<ContentHash> all = new LinkedHashSet<>(hashes);
    Set<ContentHash> absent = new StoredNames(bucket, layout, workers, attempts).absent(all);
    // A copy is made only where the plain name was taken by a collection, or is there and damaged.
    // So the chain, read after the names, spares a listing for each of them.
    if (!absent.isEmpty() && chain.epoch() > 0) {
      List<ContentHash> gone = List.copyOf(absent);
      List<Boolean> copied =
          workers.map(
              "look for blobs in " + bucket.location(), gone, hash -> !copies(hash).isEmpty());
      for (int i = 0; i < gone.size(); i++) {
        if (copied.get(i)) {
          absent.remove(gone.get(i));
        }
      }
    }
    all.retainAll(absent);
    return all;
  }

  /** {@inheritDoc} By HEAD; an upload in parts has a checksum of its parts' checksums only. */
  @Override
  public Optional<Stored> stored(ContentHash hash) {
    Optional<Bucket.Head> plain = attempts.read(() -> bucket.head(layout.blob(hash)));
    if (plain.isPresent() && plain.get().sha256().filter(hash::equals).isPresent()) {
      return plain.map(S3BlobStore::stored);
    }
    // Where the plain name was taken, or holds other bytes, a copy may be whole.
    Optional<Stored> found = plain.map(S3BlobStore::stored);
    for (String key :
        plain.isPresent() && plain.get().sha256().isEmpty() ? List.<String>of() : copies(hash)) {
      Optional<Stored> copy = attempts.read(() -> bucket.head(key)).map(S3BlobStore::stored);
      if (copy.isPresent()
          && (found.isEmpty() || copy.get().sha256().filter(hash::equals).isPresent())) {
        found = copy;
      }
    }
    return found;
  }

  private static Stored stored(Bucket.Head head) {
    return new Stored(head.length(), head.sha256());
  }

  @Override
  public BlobWriter writer(long epoch) {
    mark.hold();
    return new S3BlobWriter(bucket, layout, workers, attempts, sha256, epoch);
  }

  /**
   * {@inheritDoc} By listing, one page of 1000 names at a time. A blob that has copies is told
   * once.
   */
  @Override
  public void scan(ObjLongConsumer<ContentHash> each) {
    Optional<String> after = Optional.empty();
    Optional<ContentHash> last = Optional.empty();
    do {
      Optional<String> token = after;
      Bucket.Page page = attempts.read(() -> bucket.list(layout.blobs(), token, PAGE, false));
      for (Bucket.Listed object : page.objects()) {
        Optional<ContentHash> hash = layout.blobOf(object.key());
        if (hash.isPresent() && !hash.equals(last)) {
          each.accept(hash.get(), object.length());
          last = hash;
        }
      }
      after = page.next();
    } while (after.isPresent());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Under the plain name. The bytes are the name's own, so a request that is repeated, or takes
   * effect late, changes nothing.
   */
  @Override
  public Optional<String> replace(ContentHash hash, ValueSource proven) {
    mark.hold();
    String key = layout.blob(hash);
    byte[] whole = proven.length() <= Blobs.MAX_WHOLE ? S3BlobWriter.whole(proven) : null;
    AsideObjects aside = new AsideObjects(bucket, layout, workers, attempts);
    Optional<String> kept =
        at(key, S3Blob.FIRST).map(damaged -> aside.keep(hash.toString(), damaged));
    if (whole == null) {
      new PartsUpload(bucket, workers, attempts, key, proven).storeOver();
    } else {
      attempts.read(
          () -> {
            bucket.replace(key, whole);
            return true;
          });
    }
    return kept;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Never here: a DELETE that takes effect late could remove what was stored anew meanwhile.
   */
  @Override
  public Optional<String> moveAside(ContentHash hash, Predicate<StoredBlob> damaged) {
    return Optional.empty();
  }

  @Override
  public boolean takesAway() {
    return false;
  }
}
