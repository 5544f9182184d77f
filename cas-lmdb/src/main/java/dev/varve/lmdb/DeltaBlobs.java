package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks for blobs in the table {@code deltas}, in a transaction of the caller's. */
final class DeltaBlobs {
  private DeltaBlobs() {}

  /**
   * What a transaction knows of a blob that is stored as a difference. Immutable.
   *
   * @param row as it is stored, damaged or not
   * @param base the base's bytes; null where the row is damaged or its base is not stored
   */
  record Found(byte[] row, byte @Nullable [] base) {
    /**
     * The blob, which its hash has to prove.
     *
     * @throws dev.varve.error.CorruptDataException where the row or the base is damaged
     */
    HeldBlob blob(ContentHash hash) {
      return new HeldBlob(DeltaRow.at(hash, row).over(hash, base));
    }
  }

  /** The row of a blob and its base, or null where there is no row. */
  static @Nullable Found find(TableTxn txn, ContentHash hash) {
    byte[] row = txn.delta(hash.toBytes());
    if (row == null) {
      return null;
    }
    Optional<DeltaRow> delta = DeltaRow.find(hash, row);
    return new Found(row, delta.isPresent() ? txn.base(delta.get().base()) : null);
  }

  /**
   * The base of a blob that is stored as a difference, as far as the rows tell; empty where it is
   * not, or its row is damaged or its base missing, so that it is stored anew.
   */
  static Optional<ContentHash> base(TableTxn txn, ContentHash hash) {
    return row(txn, hash)
        .map(DeltaRow::base)
        .filter(base -> txn.length(Table.BLOBS, base.toBytes()) >= 0);
  }

  /** The row of a blob; empty where there is none, or it is damaged. */
  static Optional<DeltaRow> row(TableTxn txn, ContentHash hash) {
    return Optional.ofNullable(txn.delta(hash.toBytes()))
        .flatMap(bytes -> DeltaRow.find(hash, bytes));
  }
}
