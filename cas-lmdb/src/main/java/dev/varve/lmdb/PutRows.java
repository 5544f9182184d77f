package dev.varve.lmdb;

import dev.varve.error.BackendException;
import java.nio.ByteBuffer;
import java.util.List;

/** Puts rows that are not there yet. */
final class PutRows extends WriteRequest<Boolean> {
  private final List<New> rows;

  /** A row to put. */
  record New(Table table, byte[] key, ByteBuffer value) {}

  PutRows(List<New> rows) {
    super("put rows");
    this.rows = rows;
  }

  @Override
  long bytes() {
    return rows.stream().mapToLong(row -> row.value().remaining()).sum();
  }

  @Override
  protected Boolean apply(TableTxn txn) {
    for (New row : rows) {
      if (txn.length(row.table(), row.key()) < 0) {
        txn.put(row.table(), row.key(), row.value());
      }
    }
    return true;
  }

  @Override
  protected Boolean unknown(Boolean outcome, LmdbOutage why) {
    throw BackendException.permanent(why.message(), why.cause());
  }
}
