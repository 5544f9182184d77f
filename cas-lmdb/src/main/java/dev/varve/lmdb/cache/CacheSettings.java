package dev.varve.lmdb.cache;

/**
 * How large a cache may be. Immutable.
 *
 * @param bytes the most that its folder takes on the disk
 */
public record CacheSettings(long bytes) {
  /** Below this a cache holds too little to be worth its files. */
  public static final long LEAST_BYTES = 16L << 20;

  /** Blobs above this are not cached: they are mostly read in parts. */
  private static final int MOST_BLOB = 8 << 20;

  private static final int MOST_BATCH = 4 << 20;

  /** Checks the number. */
  public CacheSettings {
    if (bytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "a cache has at least " + LEAST_BYTES + " bytes, not " + bytes);
    }
  }

  /** 4 GiB. */
  public static CacheSettings standard() {
    return new CacheSettings(4L << 30);
  }

  /** The largest blob that is cached, in bytes. */
  int blob() {
    return (int) Math.min(MOST_BLOB, bytes / 64);
  }

  /** About how much is written at once. */
  int batch() {
    return (int) Math.min(MOST_BATCH, bytes / 64);
  }

  /**
   * From this size on a generation gets no more. The last batch may still go beyond, by its bytes
   * and one blob's; LMDB's pages take up to twice as much: a sixteenth of all is room for that.
   */
  long full() {
    return bytes / Generations.COUNT - bytes / 16;
  }
}
