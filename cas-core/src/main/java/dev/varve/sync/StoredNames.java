package dev.varve.sync;

import dev.varve.blob.BlobReader;
import dev.varve.blob.ScannableBlobs;
import dev.varve.hash.ContentHash;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the receiver has, asked for by name or learned at once by a listing. One thread. Memory: 32
 * bytes a name learned, at most {@link #MOST} of them.
 */
final class StoredNames {
  /** Below this many names it is quicker to ask for each. */
  private static final long WORTH_LISTING = 1024;

  private static final int MOST = 1 << 20;
  private static final int WORDS = 4;

  private final BlobReader receiver;
  private long[] names = new long[0];
  private int count;
  private boolean complete;
  private long asked;
  private long listed;

  StoredNames(BlobReader receiver) {
    this.receiver = receiver;
  }

  long asked() {
    return asked;
  }

  long listed() {
    return listed;
  }

  /** Ends a listing that would be longer than asking. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough was listed", null, false, false);
    }
  }

  /**
   * Lists what the receiver has, if it can and that is worth it: a listing tells a thousand names
   * for the price of asking for one, so it may go on for about as many names as will be asked for.
   *
   * @param wanted about how many names will be asked for
   */
  void learn(long wanted) {
    if (wanted < WORTH_LISTING || !(receiver instanceof ScannableBlobs scannable)) {
      return;
    }
    long memory = Runtime.getRuntime().maxMemory() / 16 / (WORDS * Long.BYTES);
    long most = Math.min(Math.min(MOST, memory), 2 * wanted + 1000);
    try {
      scannable.scan((hash, length) -> add(hash, most));
      complete = true;
    } catch (Enough tooMany) {
      names = new long[0];
    }
    listed = count;
  }

  private void add(ContentHash hash, long most) {
    if (count >= most) {
      throw new Enough();
    }
    if (names.length == count * WORDS) {
      names = Arrays.copyOf(names, Math.max(1024 * WORDS, names.length * 2));
    }
    int at = count * WORDS;
    names[at] = hash.w0();
    names[at + 1] = hash.w1();
    names[at + 2] = hash.w2();
    names[at + 3] = hash.w3();
    count++;
  }

  /** Those of the names that are not stored. */
  Set<ContentHash> missing(Collection<ContentHash> hashes) {
    if (!complete) {
      asked += hashes.size();
      return receiver.missing(hashes);
    }
    Set<ContentHash> missing = new LinkedHashSet<>(hashes);
    missing.removeIf(this::holds);
    return missing;
  }

  /** Names were listed in ascending order, as {@link ScannableBlobs} promises. */
  private boolean holds(ContentHash hash) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int at = middle * WORDS;
      int order =
          new ContentHash(names[at], names[at + 1], names[at + 2], names[at + 3]).compareTo(hash);
      if (order == 0) {
        return true;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return false;
  }
}
