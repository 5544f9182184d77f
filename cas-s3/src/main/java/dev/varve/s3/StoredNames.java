package dev.varve.s3;

import dev.varve.hash.ContentHash;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of many blobs have no plain name in the bucket. A HEAD asks for one; a page of a listing
 * tells a thousand neighbours, whether asked for or not, and pages come one after another. So a
 * first page shows how dense the names are, and listing goes on only where the pages to come are
 * few beside the names asked for. One thread; holds the names asked for.
 */
final class StoredNames {
  private static final int PAGE = 1000;

  /** Fewer names are asked for one by one at once. */
  static final int LIST_FROM = 64;

  /** How many HEADs cost as much as one page: about the ratio of their prices, and of the times. */
  private static final int HEADS_A_PAGE = 12;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Workers workers;
  private final Attempts attempts;

  StoredNames(Bucket bucket, S3Layout layout, Workers workers, Attempts attempts) {
    this.bucket = bucket;
    this.layout = layout;
    this.workers = workers;
    this.attempts = attempts;
  }

  /** Those of {@code hashes} that have none, in no order. */
  Set<ContentHash> absent(Set<ContentHash> hashes) {
    NavigableSet<ContentHash> open = new TreeSet<>(hashes);
    Set<ContentHash> absent = new HashSet<>();
    if (open.size() >= LIST_FROM) {
      list(open, absent);
    }
    List<ContentHash> rest = List.copyOf(open);
    List<Boolean> there =
        workers.map(
            "look for blobs in " + bucket.location(),
            rest,
            hash -> attempts.read(() -> bucket.length(layout.blob(hash))).isPresent());
    for (int i = 0; i < rest.size(); i++) {
      if (!there.get(i)) {
        absent.add(rest.get(i));
      }
    }
    return absent;
  }

  /** Takes from {@code open} what pages decide, as long as they are worth it. */
  private void list(NavigableSet<ContentHash> open, Set<ContentHash> absent) {
    Optional<String> after = Optional.empty();
    for (int pages = 1; ; pages++) {
      Optional<String> token = after;
      Bucket.Page page = attempts.read(() -> bucket.list(layout.blobs(), token, PAGE, false));
      Set<ContentHash> stored = new HashSet<>();
      Optional<ContentHash> last = Optional.empty();
      for (Bucket.Listed object : page.objects()) {
        if (layout.isPlainBlob(object.key())) {
          last = layout.blobOf(object.key());
          last.ifPresent(stored::add);
        }
      }
      after = page.next();
      boolean end = after.isEmpty();
      if (!end && last.isEmpty()) {
        return;
      }
      NavigableSet<ContentHash> told = end ? open : open.headSet(last.orElseThrow(), true);
      told.stream().filter(hash -> !stored.contains(hash)).forEach(absent::add);
      told.clear();
      if (open.isEmpty() || !worthIt(pages, last.orElseThrow(), open.size())) {
        return;
      }
    }
  }

  /** Whether the pages to come, by how far those so far went, are less than a HEAD for each. */
  private static boolean worthIt(int pages, ContentHash last, int left) {
    double done = Math.scalb((double) (last.w0() >>> 1), -63);
    return pages * (1 - done) * HEADS_A_PAGE < left * done;
  }
}
