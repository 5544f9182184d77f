package dev.varve.s3;

import dev.varve.error.UnsupportedFormatException;

/**
 * The chain of collections, of which this version knows only whether there is one. Thread-safe.
 *
 * @param bucket where it is
 * @param layout how its records are named
 * @param attempts how often to ask
 */
record Chain(Bucket bucket, S3Layout layout, Attempts attempts) {
  /** The newest epoch, by one listing of one key: records 2v-1 and 2v are of epoch v. */
  long epoch() {
    return (new Records(bucket, attempts).newest(layout.chain()).orElse(0) + 1) / 2;
  }

  /**
   * Refuses to write what a collection could take: this version does not know which names it may
   * rely on after one.
   *
   * @throws UnsupportedFormatException where the epoch is not 0
   */
  void requireUncollected(long epoch) {
    if (epoch > 0) {
      throw new UnsupportedFormatException(
          "cannot write to "
              + bucket.location()
              + ": it was collected by a newer varve (epoch "
              + epoch
              + "); use that one. Reading is safe");
    }
  }
}
