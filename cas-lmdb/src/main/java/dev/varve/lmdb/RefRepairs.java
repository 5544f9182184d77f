package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.StoreException;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RepairableRefs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Shows and replaces rows of the tables {@code refs} and {@code reflog} as they are. The newest
 * record of a ref has two places, its row in each; the others one. Thread-safe.
 */
final class RefRepairs implements RepairableRefs {
  private static final int PART = 1024;

  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final AsideFiles aside;

  RefRepairs(LmdbEnvironment environment, WriteQueue queue) {
    this.environment = environment;
    this.queue = queue;
    this.aside = new AsideFiles(environment.directory());
  }

  @Override
  public List<RefName> names(RefName.Kind kind) {
    byte[] prefix = LmdbLayout.refPrefix(kind);
    TreeSet<RefName> names = new TreeSet<>();
    collect(Table.REFS, prefix, names);
    collectLogged(prefix, names);
    return List.copyOf(names);
  }

  private void collect(Table table, byte[] prefix, TreeSet<RefName> names) {
    byte[] from = prefix;
    while (true) {
      byte[] last = from;
      List<TableTxn.Row> rows =
          environment.read(() -> "list refs", txn -> txn.rows(table, prefix, last, true, PART, -1));
      for (TableTxn.Row row : rows) {
        name(row.key()).ifPresent(names::add);
        from = row.key();
      }
      if (rows.size() < PART) {
        return;
      }
    }
  }

  /** Looks at one record of each log: from any it goes on behind the last of that name. */
  private void collectLogged(byte[] prefix, TreeSet<RefName> names) {
    byte[] from = prefix;
    while (true) {
      byte[] next = from;
      List<TableTxn.Row> row =
          environment.read(
              () -> "list refs", txn -> txn.rows(Table.REFLOG, prefix, next, false, 1, -1));
      if (row.isEmpty()) {
        return;
      }
      byte[] key = row.get(0).key();
      name(key).ifPresent(names::add);
      from = Arrays.copyOf(key, nameLength(key) + 1);
      from[from.length - 1] = 1;
    }
  }

  private static int nameLength(byte[] key) {
    int end = 0;
    while (end < key.length && key[end] != 0) {
      end++;
    }
    return end;
  }

  /** The name that a key begins with, up to a NUL; empty where it is none. */
  private static Optional<RefName> name(byte[] key) {
    try {
      return Optional.of(
          RefName.parseFull(new String(key, 0, nameLength(key), StandardCharsets.UTF_8)));
    } catch (InvalidNameException damaged) {
      return Optional.empty();
    }
  }

  @Override
  public OptionalLong newest(RefName name) {
    return environment.read(() -> "read ref " + name, txn -> newest(txn, name));
  }

  private static OptionalLong newest(TableTxn txn, RefName name) {
    byte[] first = LmdbLayout.reflogKey(name, 1);
    byte[] last = txn.last(Table.REFLOG, LmdbLayout.reflogKey(name, -1L));
    boolean ofThis =
        last != null
            && last.length == first.length
            && Arrays.equals(last, 0, last.length - 8, first, 0, first.length - 8);
    long logged = ofThis ? ByteBuffer.wrap(last).getLong(last.length - 8) : 0;
    byte[] row = bytes(txn, Table.REFS, LmdbLayout.refKey(name));
    long told = row == null ? 0 : Math.max(1, number(name, row));
    long newest = Math.max(logged, told);
    return newest == 0 ? OptionalLong.empty() : OptionalLong.of(newest);
  }

  /** The number that a record tells, or 0 where it cannot be read. */
  private static long number(RefName name, byte[] row) {
    try {
      return RefRecordCodec.decode(name, ByteBuffer.wrap(row)).number();
    } catch (StoreException damaged) {
      return 0;
    }
  }

  @Override
  public List<Optional<ByteBuffer>> stored(RefName name, long number) {
    return environment.read(
        () -> "read record " + number + " of ref " + name, txn -> stored(txn, name, number));
  }

  /** {@inheritDoc} The newest of a ref stands in two. */
  @Override
  public boolean inSeveralPlaces() {
    return true;
  }

  private static List<Optional<ByteBuffer>> stored(TableTxn txn, RefName name, long number) {
    List<Optional<ByteBuffer>> places = new ArrayList<>();
    places.add(place(bytes(txn, Table.REFLOG, LmdbLayout.reflogKey(name, number))));
    if (newest(txn, name).orElse(0) == number) {
      places.add(place(bytes(txn, Table.REFS, LmdbLayout.refKey(name))));
    }
    return places;
  }

  private static Optional<ByteBuffer> place(byte @Nullable [] bytes) {
    return bytes == null ? Optional.empty() : Optional.of(ByteBuffer.wrap(bytes));
  }

  /** One byte more than a record can have is enough to refuse it. */
  private static byte @Nullable [] bytes(TableTxn txn, Table table, byte[] key) {
    return txn.get(table, key, 0L, RefRecordCodec.MAX_BYTES + 1);
  }

  @Override
  public Optional<List<String>> restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes) {
    byte[] newestRow =
        environment.read(
            () -> "read ref " + name, txn -> bytes(txn, Table.REFS, LmdbLayout.refKey(name)));
    boolean becomesNewest = number >= newest(name).orElse(0);
    List<String> places = new ArrayList<>();
    List<ByteBuffer> old = new ArrayList<>(found.stream().flatMap(Optional::stream).toList());
    if (becomesNewest && newestRow != null && number(name, newestRow) == 0) {
      // It is of another record, which is as good as lost, and there will be no place for it.
      old.add(ByteBuffer.wrap(newestRow));
    }
    for (ByteBuffer each : old.stream().distinct().toList()) {
      if (!each.equals(bytes)) {
        places.add(aside.keep("ref-" + number, each).toString());
      }
    }
    return queue.submit(new Restore(name, number, found, bytes))
        ? Optional.of(places)
        : Optional.empty();
  }

  private static final class Restore extends WriteRequest<Boolean> {
    private final RefName name;
    private final long number;
    private final List<Optional<ByteBuffer>> found;
    private final ByteBuffer record;

    Restore(RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer record) {
      super("restore record " + number + " of ref " + name);
      this.name = name;
      this.number = number;
      this.found = found;
      this.record = record;
    }

    @Override
    long bytes() {
      return RefRecordCodec.MAX_BYTES;
    }

    @Override
    protected Boolean apply(TableTxn txn) {
      if (!stored(txn, name, number).equals(found)) {
        return false;
      }
      boolean becomesNewest = number >= newest(txn, name).orElse(0);
      txn.put(Table.REFLOG, LmdbLayout.reflogKey(name, number), record);
      if (becomesNewest) {
        txn.put(Table.REFS, LmdbLayout.refKey(name), record);
      }
      return true;
    }

    @Override
    protected Boolean unknown(Boolean outcome, LmdbOutage why) {
      throw BackendException.permanent(why.message(), why.cause());
    }
  }
}
