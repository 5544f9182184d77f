package dev.varve.lmdb;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.CorruptDataException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.ref.FlushingRefStore;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefLog;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RepairableRefs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Refs in the tables {@code refs} and {@code reflog}. Thread-safe, between processes too: a
 * compare-and-set is one write transaction, of which LMDB has one at a time.
 *
 * <p>One row, in {@code gc}, stands for the epoch of every ref.
 */
final class LmdbRefStore implements FlushingRefStore, RepairableRefs {
  /** How many refs one read transaction lists. */
  private static final int PART = 1024;

  /** How many commits of one branch share a transaction. */
  private static final int TOGETHER = 64;

  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final RefRepairs repair;
  private final RefTurns turns;

  LmdbRefStore(LmdbEnvironment environment, WriteQueue queue) {
    this.environment = environment;
    this.queue = queue;
    this.repair = new RefRepairs(environment, queue);
    this.turns = new RefTurns(environment.directory().resolve(LmdbLayout.TURNS));
  }

  @Override
  public List<RefName> names(RefName.Kind kind) {
    return repair.names(kind);
  }

  @Override
  public OptionalLong newest(RefName name) {
    return repair.newest(name);
  }

  @Override
  public List<Optional<ByteBuffer>> stored(RefName name, long number) {
    return repair.stored(name, number);
  }

  @Override
  public boolean inSeveralPlaces() {
    return repair.inSeveralPlaces();
  }

  @Override
  public Optional<List<String>> restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes) {
    return repair.restore(name, number, found, bytes);
  }

  @Override
  public Optional<RefRecord> read(RefName name) {
    return environment.read(() -> "read ref " + name, txn -> newest(txn, name));
  }

  private static Optional<RefRecord> newest(TableTxn txn, RefName name) {
    byte[] row = txn.get(Table.REFS, LmdbLayout.refKey(name), RefRecordCodec.MAX_BYTES);
    return row == null
        ? Optional.empty()
        : Optional.of(RefRecordCodec.decode(name, ByteBuffer.wrap(row)));
  }

  @Override
  public Optional<RefRecord> read(RefName name, long number) {
    if (number < 1) {
      return Optional.empty();
    }
    byte[] row =
        environment.read(
            () -> "read record " + number + " of ref " + name,
            txn ->
                txn.get(
                    Table.REFLOG, LmdbLayout.reflogKey(name, number), RefRecordCodec.MAX_BYTES));
    if (row == null) {
      return Optional.empty();
    }
    RefRecord record = RefRecordCodec.decode(name, ByteBuffer.wrap(row));
    if (record.number() != number) {
      throw CorruptDataException.malformed(
          "ref",
          name.full(),
          "record " + record.number() + " stands in the place of record " + number);
    }
    return Optional.of(record);
  }

  @Override
  public List<RefRecord> list(RefName.Kind kind) {
    byte[] prefix = LmdbLayout.refPrefix(kind);
    List<RefRecord> newest = new ArrayList<>();
    byte[] last = prefix;
    while (true) {
      byte[] from = last;
      List<TableTxn.Row> rows =
          environment.read(
              () -> "list refs",
              txn -> txn.rows(Table.REFS, prefix, from, true, PART, RefRecordCodec.MAX_BYTES));
      for (TableTxn.Row row : rows) {
        newest.add(
            RefRecordCodec.decode(LmdbLayout.refName(row.key()), ByteBuffer.wrap(row.bytes())));
        last = row.key();
      }
      if (rows.size() < PART) {
        return newest;
      }
    }
  }

  @Override
  public Iterator<RefRecord> log(RefName name) {
    return RefLog.iterate(this, name);
  }

  @Override
  public long epoch(Optional<RefRecord> base) {
    return environment.read(() -> "read the collection state", LmdbRefStore::epoch);
  }

  private static long epoch(TableTxn txn) {
    byte[] row = txn.get(Table.GC, LmdbLayout.gcKey(), 64);
    return row == null ? 0 : LmdbLayout.epoch(row);
  }

  @Override
  public RefOutcome compareAndSet(Optional<RefRecord> expected, RefChange next, Evidence evidence) {
    return noted(queue.submit(new CompareAndSet(expected, next, evidence)));
  }

  @Override
  public RefOutcome flushAndSet(
      List<BlobWriter> writers, Optional<RefRecord> expected, RefChange next) {
    List<LmdbBlobWriter> ours = new ArrayList<>();
    Evidence weakest = new Evidence(Long.MAX_VALUE);
    for (BlobWriter writer : writers) {
      if (writer instanceof LmdbBlobWriter one && one.writesTo(queue)) {
        ours.add(one);
        weakest = weakest.and(one.evidence());
      } else {
        weakest = weakest.and(writer.flush());
      }
    }
    return noted(LmdbBlobWriter.flushAll(ours, queue, new CompareAndSet(expected, next, weakest)));
  }

  @Override
  public int together() {
    return TOGETHER;
  }

  /** One thread a branch waits for the disk; who comes meanwhile goes with the next. */
  @Override
  public Turn turn(RefName name) {
    return turns.take(name);
  }

  private RefOutcome noted(RefOutcome outcome) {
    if (outcome instanceof RefOutcome.Lost) {
      turns.lost();
    }
    return outcome;
  }

  /** Lets go of what turns are taken with. */
  void close() {
    turns.close();
  }

  static final class CompareAndSet extends WriteRequest<RefOutcome> {
    private final Optional<RefRecord> expected;
    private final RefChange next;
    private final Evidence evidence;

    CompareAndSet(Optional<RefRecord> expected, RefChange next, Evidence evidence) {
      super("write ref " + next.name());
      this.expected = expected;
      this.next = next;
      this.evidence = evidence;
    }

    @Override
    long bytes() {
      return RefRecordCodec.MAX_BYTES;
    }

    @Override
    protected RefOutcome apply(TableTxn txn) {
      long epoch = epoch(txn);
      if (epoch > evidence.goodTo()) {
        return new RefOutcome.Overtaken(epoch);
      }
      Optional<RefRecord> current = newest(txn, next.name());
      if (!current.equals(expected)) {
        return new RefOutcome.Lost(current);
      }
      if (current.isPresent() && current.get().epoch() > epoch) {
        throw CorruptDataException.malformed(
            "ref",
            next.name().full(),
            "it is of epoch " + current.get().epoch() + ", the collection state is at " + epoch);
      }
      RefRecord record = next.after(current, epoch);
      ByteBuffer bytes = RefRecordCodec.encode(record);
      // Both rows in one transaction: the newest record and the log never tell different stories.
      txn.put(Table.REFLOG, LmdbLayout.reflogKey(next.name(), record.number()), bytes);
      txn.put(Table.REFS, LmdbLayout.refKey(next.name()), bytes);
      return new RefOutcome.Done(record);
    }

    @Override
    protected RefOutcome unknown(RefOutcome outcome, LmdbOutage why) {
      return outcome instanceof RefOutcome.Done done
          ? new RefOutcome.Unknown(
              done.record(),
              new UnknownOutcomeException(
                  why.message()
                      + "; whether record "
                      + done.record().number()
                      + " of "
                      + next.name()
                      + " was written shows when the repository is opened again",
                  why.cause()))
          : outcome;
    }
  }
}
