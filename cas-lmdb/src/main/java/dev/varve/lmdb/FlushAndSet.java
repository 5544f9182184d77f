package dev.varve.lmdb;

import dev.varve.ref.RefOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blobs of one or more flushes and the ref write that relies on them, in one transaction: all
 * happen or none. Where some of the blobs were believed stored and are not, the ref is left alone.
 */
final class FlushAndSet extends WriteRequest<FlushAndSet.Both> {
  private final List<BlobBatch> batches;
  private final LmdbRefStore.CompareAndSet change;

  /**
   * What became of all.
   *
   * @param blobs of each batch
   * @param ref null where blobs must be copied first
   */
  record Both(List<BlobBatch.Stored> blobs, @Nullable RefOutcome ref) {}

  FlushAndSet(List<BlobBatch> batches, LmdbRefStore.CompareAndSet change) {
    super("commit");
    this.batches = batches;
    this.change = change;
  }

  @Override
  long bytes() {
    return batches.stream().mapToLong(BlobBatch::bytes).sum() + change.bytes();
  }

  @Override
  protected Both apply(TableTxn txn) {
    List<BlobBatch.Stored> stored = new ArrayList<>();
    boolean whole = true;
    for (BlobBatch each : batches) {
      BlobBatch.Stored outcome = each.apply(txn);
      stored.add(outcome);
      whole &= outcome.gone().isEmpty();
    }
    return new Both(stored, whole ? change.apply(txn) : null);
  }

  /** Where the ref was not written, a flush that may have kept any part has failed. */
  @Override
  protected Both unknown(Both both, LmdbOutage why) {
    return both.ref() instanceof RefOutcome.Done done
        ? new Both(both.blobs(), change.unknown(done, why))
        : new Both(List.of(batches.get(0).unknown(both.blobs().get(0), why)), both.ref());
  }
}
