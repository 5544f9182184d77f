package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import java.util.function.Consumer;

/** What a collection does to the tables, for tests of how writers live beside it. */
record Collection(LmdbBackend backend) {
  static Collection in(Backend backend) {
    return new Collection((LmdbBackend) backend);
  }

  void setEpoch(long epoch) {
    write(txn -> txn.put(Table.GC, LmdbLayout.gcKey(), LmdbLayout.gcRow(epoch, false)));
  }

  void nominate(ContentHash hash, long epoch) {
    write(txn -> txn.put(Table.CANDIDATES, hash.toBytes(), LmdbLayout.candidateRow(epoch)));
  }

  boolean isCandidate(ContentHash hash) {
    return backend
        .store()
        .environment()
        .read(() -> "look", txn -> txn.length(Table.CANDIDATES, hash.toBytes()) >= 0);
  }

  /** Removes a blob's row, as the last step of a collection does. */
  void delete(ContentHash hash) {
    write(
        txn -> {
          txn.delete(Table.BLOBS, hash.toBytes());
          txn.delete(Table.PACKED, hash.toBytes());
          txn.delete(Table.DELTAS, hash.toBytes());
          txn.delete(Table.VALUES, hash.toBytes());
        });
  }

  private void write(Consumer<TableTxn> change) {
    backend
        .store()
        .queue()
        .submit(
            new WriteRequest<Boolean>("collect") {
              @Override
              long bytes() {
                return 0;
              }

              @Override
              protected Boolean apply(TableTxn txn) {
                change.accept(txn);
                return true;
              }

              @Override
              protected Boolean unknown(Boolean outcome, LmdbOutage why) {
                return outcome;
              }
            });
  }
}
