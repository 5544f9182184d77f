package dev.varve.zarr;

/**
 * What an import did, or would do. Immutable.
 *
 * @param added keys that were not there
 * @param changed keys that had another value
 * @param unchanged keys that had this value already
 * @param deleted keys that the source lacks, removed
 * @param bytes length of all values of the source
 */
public record ImportReport(long added, long changed, long unchanged, long deleted, long bytes) {
  /** Number of keys of the source. */
  public long keys() {
    return added + changed + unchanged;
  }
}
