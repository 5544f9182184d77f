package dev.varve.lmdb;

import dev.varve.ref.RefOutcome;
import org.jspecify.annotations.Nullable;

/**
 * The blobs of one flush and the ref write that relies on them, in one transaction: both happen or
 * neither. Where some of the blobs were believed stored and are not, the ref is left alone.
 */
final class FlushAndSet extends WriteRequest<FlushAndSet.Both> {
  private final BlobBatch batch;
  private final LmdbRefStore.CompareAndSet change;

  /**
   * What became of both.
   *
   * @param ref null where blobs must be copied first
   */
  record Both(BlobBatch.Stored blobs, @Nullable RefOutcome ref) {}

  FlushAndSet(BlobBatch batch, LmdbRefStore.CompareAndSet change) {
    super("commit");
    this.batch = batch;
    this.change = change;
  }

  @Override
  long bytes() {
    return batch.bytes() + change.bytes();
  }

  @Override
  protected Both apply(TableTxn txn) {
    BlobBatch.Stored stored = batch.apply(txn);
    return new Both(stored, stored.gone().isEmpty() ? change.apply(txn) : null);
  }

  /** Where the ref was not written, a flush that may have kept any part has failed. */
  @Override
  protected Both unknown(Both both, LmdbOutage why) {
    return both.ref() instanceof RefOutcome.Done done
        ? new Both(both.blobs(), change.unknown(done, why))
        : new Both(batch.unknown(both.blobs(), why), both.ref());
  }
}
