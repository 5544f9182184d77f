package dev.varve.blob;

/**
 * How much a writer stored, and how much it found stored already.
 *
 * @param blobsWritten objects newly stored
 * @param bytesWritten the bytes that these take up, which are less than they have where the store
 *     keeps differences
 * @param blobsReused objects that were there already
 * @param bytesReused their bytes
 */
public record WriteTotals(
    long blobsWritten, long bytesWritten, long blobsReused, long bytesReused) {
  /** Nothing at all. */
  public static final WriteTotals NONE = new WriteTotals(0, 0, 0, 0);

  /** Both together. */
  public WriteTotals plus(WriteTotals other) {
    return new WriteTotals(
        blobsWritten + other.blobsWritten,
        bytesWritten + other.bytesWritten,
        blobsReused + other.blobsReused,
        bytesReused + other.bytesReused);
  }
}
