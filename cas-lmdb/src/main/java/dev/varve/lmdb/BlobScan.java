package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import java.util.Iterator;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
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

  /** Hands the blobs of all tables to the consumer, merged by hash. */
  static void scan(LmdbEnvironment environment, ObjLongConsumer<ContentHash> each) {
    List<BlobScan> all =
        Stream.of(Table.BLOBS, Table.PACKED, Table.DELTAS, Table.VALUES)
            .map(table -> new BlobScan(environment, table))
            .toList();
    while (true) {
      ContentHash hash = null;
      long length = 0;
      // Of the tables that have a blob, the first is the one it is read from.
      for (BlobScan scan : all) {
        if (scan.hash != null && (hash == null || scan.hash.compareTo(hash) < 0)) {
          hash = scan.hash;
          length = scan.length;
        }
      }
      if (hash == null) {
        return;
      }
      each.accept(hash, length);
      for (BlobScan scan : all) {
        if (hash.equals(scan.hash)) {
          scan.advance();
        }
      }
    }
  }

  private void advance() {
    if (!part.hasNext() && !ended) {
      List<TableTxn.Row> rows =
          environment.read(
              () -> "list blobs", txn -> txn.rows(table, ALL, last, true, PART, longest()));
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
    if (value == null) {
      length = row.length();
    } else if (table == Table.PACKED) {
      // A damaged row is told to whoever reads the blob.
      length = PackPlace.find(hash, value).map(PackPlace::length).orElse(0);
    } else if (table == Table.DELTAS) {
      length = DeltaRow.find(hash, value).map(DeltaRow::length).orElse(0);
    } else {
      length = LmdbLayout.length(hash, value);
    }
  }

  /** The longest value to copy; none where its length is that of the blob. */
  private int longest() {
    return switch (table) {
      case BLOBS -> -1;
      case DELTAS -> DeltaRow.MAX_ROW;
      default -> PackPlace.ROW;
    };
  }
}
