package dev.varve.ref;

import dev.varve.blob.BlobWriter;
import java.util.List;
import java.util.Optional;

/**
 * A ref store that makes blobs durable in the step that moves a ref: a commit then costs the disk's
 * syncs once. For storage where both lie in one transaction. Thread-safe.
 */
public interface FlushingRefStore extends RefStore {
  /**
   * As {@link BlobWriter#flush} and then {@link #compareAndSet} with its evidence. The ref is never
   * durable before the blobs: they become so together, or the blobs first.
   *
   * <p>Whatever outcome is returned, short of {@link RefOutcome.Unknown}, the blobs are flushed. A
   * failure that is thrown may have left any of them, as that of a flush; the ref did not move.
   *
   * <p>Of several writers whose values share a step, only the first is over after a failure: the
   * others hold what they held, and may be flushed again, each by itself.
   *
   * @param writers for the epochs of their transactions, at least one, that nobody else uses
   *     meanwhile; those of another store are flushed first
   */
  RefOutcome flushAndSet(List<BlobWriter> writers, Optional<RefRecord> expected, RefChange next);
}
