package dev.varve.tools;

import dev.varve.blob.Blobs;
import java.util.Locale;

/**
 * What requests and bytes cost in a bucket, by list prices. Immutable; in whole numbers of
 * billionths of a dollar, so that sums are exact.
 *
 * <p>The prices are those of {@link #PRICES}; storage in months of 2^30 bytes. Traffic out of the
 * bucket is counted at the price of the internet: within the bucket's region it is nothing.
 *
 * @param writes requests that write or list: PUT, POST, LIST
 * @param reads requests that read: GET, HEAD. Deleting costs nothing
 * @param stored bytes that are stored more than before
 * @param fetched bytes that leave the bucket
 */
record S3Cost(long writes, long reads, long stored, long fetched) {
  /** Whose prices these are. */
  static final String PRICES = "list prices of AWS S3 Standard, us-east-1, 2026";

  /** Values above this go up in parts of this size or, from 80 GB on, larger ones. */
  private static final long PART = Blobs.MAX_WHOLE;

  private static final long WRITE_NANOS = 5_000;
  private static final long READ_NANOS = 400;
  private static final long GIB_MONTH_NANOS = 23_000_000;
  private static final long GIB_OUT_NANOS = 90_000_000;

  S3Cost {
    if (writes < 0 || reads < 0 || stored < 0 || fetched < 0) {
      throw new IllegalArgumentException("less than nothing cannot be paid for");
    }
  }

  /** Nothing. */
  static final S3Cost NONE = new S3Cost(0, 0, 0, 0);

  /**
   * The most requests that write objects above {@link #PART}: each in parts, of which the last is
   * shorter, and two more.
   */
  static long writesOfLarge(long objects, long bytes) {
    return bytes / PART + 3 * objects;
  }

  /** The most requests that read them: each is asked for its length, and read by the mebibyte. */
  static long readsOfLarge(long objects, long bytes) {
    return (bytes >> 20) + 2 * objects;
  }

  /** Both. */
  S3Cost plus(S3Cost other) {
    return new S3Cost(
        writes + other.writes, reads + other.reads, stored + other.stored, fetched + other.fetched);
  }

  /** What the requests and the traffic cost, once. */
  long onceNanos() {
    return writes * WRITE_NANOS + reads * READ_NANOS + gib(fetched, GIB_OUT_NANOS);
  }

  /** What it costs to keep the bytes, each month. */
  long monthlyNanos() {
    return gib(stored, GIB_MONTH_NANOS);
  }

  /** Without overflow up to exbibytes: whole GiB first, then what is left of one. */
  private static long gib(long bytes, long nanos) {
    return (bytes >> 30) * nanos + (((bytes & ((1L << 30) - 1)) >> 10) * nanos >> 20);
  }

  /** In dollars, to a hundredth of a cent. */
  static String dollars(long nanos) {
    return String.format(Locale.ROOT, "$%.4f", nanos / 1e9);
  }

  /** For people: requests, what they cost, and what follows each month. */
  String words() {
    return Words.count(writes, "write or list request")
        + ", "
        + Words.count(reads, "read request")
        + ": about "
        + dollars(onceNanos())
        + (stored > 0 ? ", and " + dollars(monthlyNanos()) + " a month to keep it" : "")
        + " ("
        + PRICES
        + ")";
  }

  /** Adds the same to an object for programs, in millionths of a dollar. */
  JsonLine addTo(JsonLine line) {
    return line.put("write_requests", writes)
        .put("read_requests", reads)
        .put("cost_micro_usd", onceNanos() / 1_000)
        .put("cost_micro_usd_month", monthlyNanos() / 1_000)
        .put("prices", PRICES);
  }
}
