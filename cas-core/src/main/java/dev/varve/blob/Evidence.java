package dev.varve.blob;

/**
 * Proof that a writer's blobs are stored, good for ref writes at epochs up to {@code goodTo}.
 * Immutable.
 *
 * @param goodTo the highest epoch of a ref on which the blobs may be committed
 */
public record Evidence(long goodTo) {
  /** The weaker of the two, which is what a commit that relies on both has. */
  public Evidence and(Evidence other) {
    return goodTo <= other.goodTo ? this : other;
  }
}
