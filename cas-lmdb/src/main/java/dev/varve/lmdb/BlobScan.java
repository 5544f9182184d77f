package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import java.util.Iterator;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the rows of one table by hash, 1024 to a transaction, so that neither the memory nor the
 * time of a transaction depends on how many there are. One thread.
 */
final class BlobScan {
  private static final int PART = 1024;
  private static final byte[] ALL = new byte[0];

  private final LmdbEnvironment environment;
  private final Table table;
  private Iterator<TableTxn.Row> part = List.<TableTxn.Row>of().iterator();
  private byte[] last = ALL;
  private boolean ended;

  // The row that stands next, or null at the end.
  private @Nullable ContentHash hash;
  private long length;

  private BlobScan(LmdbEnvironment environment, Table table) {
    this.environment = environment;
    this.table = table;
    advance();
  }

  /** Hands both tables' blobs to the consumer, merged by hash. */
  static void scan(LmdbEnvironment environment, ObjLongConsumer<ContentHash> each) {
    BlobScan rows = new BlobScan(environment, Table.BLOBS);
    BlobScan files = new BlobScan(environment, Table.VALUES);
    while (rows.hash != null || files.hash != null) {
      boolean row = files.hash == null || rows.hash != null && rows.hash.compareTo(files.hash) <= 0;
      BlobScan next = row ? rows : files;
      ContentHash hash = next.hash;
      if (hash != null) {
        each.accept(hash, next.length);
        next.advance();
      }
    }
  }

  private void advance() {
    if (!part.hasNext() && !ended) {
      List<TableTxn.Row> rows =
          environment.read(
              () -> "list blobs",
              txn ->
                  txn.rows(table, ALL, last, true, PART, table == Table.BLOBS ? -1 : Long.BYTES));
      ended = rows.size() < PART;
      if (!rows.isEmpty()) {
        last = rows.get(rows.size() - 1).key();
      }
      part = rows.iterator();
    }
    if (!part.hasNext()) {
      hash = null;
      return;
    }
    TableTxn.Row row = part.next();
    hash = LmdbLayout.hash(table, row.key());
    byte[] value = row.value();
    length = value == null ? row.length() : LmdbLayout.length(hash, value);
  }
}
