package dev.varve.s3;

import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefLog;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableRefs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Refs as numbered, create-only objects. Thread-safe, and safe between processes and machines: a
 * number is given once, by the server.
 *
 * <p>A commit on an existing ref is one PUT. A ref that is new, or was closed, is opened first: a
 * record without a target, and then a look at the chain of collections, so that a collection that
 * did not see the ref is seen by its writer.
 */
final class S3RefStore implements RefStore, RepairableRefs {
  private static final int PAGE = 1000;

  /**
   * A commit of some hundred bytes and two roots, which are small where there are many keys. Every
   * record is kept for ever, so larger roots are left where they are.
   */
  private static final int CARRIES = 8192;

  /** Each keeps its new nodes in memory until the record is written. */
  private static final int TOGETHER = 32;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Workers workers;
  private final Attempts attempts;
  private final ConditionalWrite conditional;
  private final Chain chain;
  private final SeenRecords seen = new SeenRecords();
  private final RefTurns turns;
  private final WriterMark mark;
  private final AtomicReference<@Nullable Expected> begun = new AtomicReference<>();

  S3RefStore(Bucket bucket, S3Layout layout, Workers workers, Attempts attempts, WriterMark mark) {
    this.mark = mark;
    this.bucket = bucket;
    this.layout = layout;
    this.workers = workers;
    this.attempts = attempts;
    this.conditional = new ConditionalWrite(attempts);
    this.chain = new Chain(bucket, layout, attempts);
    this.turns = new RefTurns(attempts.pause());
  }

  /** A read that was begun before it was asked for. */
  private record Expected(RefName name, Future<Optional<RefRecord>> record) {}

  /** {@inheritDoc} By a thread of the workers. */
  @Override
  public void expect(RefName name) {
    begun.set(new Expected(name, workers.submit(() -> readNow(name))));
  }

  @Override
  public int carries() {
    return CARRIES;
  }

  /** {@inheritDoc} One listing of one key; and one GET, unless that record was seen before. */
  @Override
  public Optional<RefRecord> read(RefName name) {
    Expected early = begun.getAndSet(null);
    if (early == null || !early.name().equals(name)) {
      return readNow(name);
    }
    Optional<RefRecord> record = Workers.result("read " + name, early.record());
    // What this process met meanwhile is newer than what it began with.
    return seen.newest(name).filter(each -> !record.equals(Optional.of(each))).isEmpty()
        ? record
        : readNow(name);
  }

  private Optional<RefRecord> readNow(RefName name) {
    OptionalLong newest = newest(name);
    return newest.isEmpty() ? Optional.empty() : Optional.of(listed(name, newest.getAsLong()));
  }

  private RefRecord listed(RefName name, long number) {
    Optional<RefRecord> known = seen.newest(name).filter(record -> record.number() == number);
    return known.orElseGet(
        () ->
            seen.saw(
                read(name, number)
                    .orElseThrow(
                        () ->
                            CorruptDataException.malformed(
                                "ref",
                                name.full(),
                                "record " + number + " is listed and cannot be read"))));
  }

  /** {@inheritDoc} What this process met; asks nobody. */
  @Override
  public Optional<RefRecord> recent(RefName name) {
    return seen.newest(name);
  }

  @Override
  public int together() {
    return TOGETHER;
  }

  @Override
  public Turn turn(RefName name) {
    return turns.take(name);
  }

  @Override
  public Optional<RefRecord> read(RefName name, long number) {
    return number < 1
        ? Optional.empty()
        : attempts.read(() -> slot(name, number)).map(bytes -> decode(name, number, bytes));
  }

  /** The bytes of a record, or empty where its number was never given. */
  private Optional<ByteBuffer> slot(RefName name, long number) {
    return bucket
        .get(layout.refRecord(name, number), 0, RefRecordCodec.MAX_BYTES + 1)
        .map(Bucket.Piece::bytes);
  }

  private static RefRecord decode(RefName name, long number, ByteBuffer bytes) {
    RefRecord record = RefRecordCodec.decode(name, bytes);
    if (record.number() != number) {
      throw CorruptDataException.malformed(
          "ref",
          name.full(),
          "record " + record.number() + " stands in the place of record " + number);
    }
    return record;
  }

  @Override
  public List<RefName> names(RefName.Kind kind) {
    List<RefName> names = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      Optional<String> token = after;
      Bucket.Page page = attempts.read(() -> bucket.list(layout.refs(kind), token, PAGE, true));
      page.folders().forEach(folder -> names.add(layout.refOf(kind, folder)));
      after = page.next();
    } while (after.isPresent());
    // Escaped names stand in another order than the names themselves.
    names.sort(null);
    return names;
  }

  /**
   * {@inheritDoc} All are read as they are stored, whatever was seen before. One listing, where
   * that shows all records of all refs, and a GET for each ref; else a listing for each ref, too.
   */
  @Override
  public List<RefRecord> list(RefName.Kind kind) {
    NewestNumbers page = NewestNumbers.below(layout.refs(kind), bucket, attempts);
    List<RefName> names =
        page.all()
            ? page.numbers().keySet().stream()
                .map(folder -> layout.refOf(kind, folder))
                .sorted()
                .toList()
            : names(kind);
    names.forEach(seen::forget);
    return workers
        .map("list refs of " + bucket.location(), names, name -> read(name, page))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** {@inheritDoc} Of several as {@link #list} does it. */
  @Override
  public Map<RefName, RefRecord> read(Collection<RefName> names) {
    if (names.size() < 2) {
      return RefStore.super.read(names);
    }
    NewestNumbers page = NewestNumbers.below(layout.refs(), bucket, attempts);
    Map<RefName, RefRecord> found = new HashMap<>();
    List<RefName> asked = List.copyOf(names);
    workers
        .map("read refs of " + bucket.location(), asked, name -> read(name, page))
        .forEach(record -> record.ifPresent(each -> found.put(each.name(), each)));
    return found;
  }

  private Optional<RefRecord> read(RefName name, NewestNumbers page) {
    OptionalLong number = page.of(layout.ref(name));
    if (number.isPresent()) {
      return Optional.of(listed(name, number.getAsLong()));
    }
    return page.all() ? Optional.empty() : readNow(name);
  }

  @Override
  public OptionalLong newest(RefName name) {
    return new Records(bucket, attempts).newest(layout.ref(name));
  }

  @Override
  public List<Optional<ByteBuffer>> stored(RefName name, long number) {
    return List.of(attempts.read(() -> slot(name, number)));
  }

  @Override
  public boolean inSeveralPlaces() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A record that is there is overwritten by its own bytes alone, so a request that takes effect
   * late changes nothing. A new one is created, like any other.
   */
  @Override
  public Optional<List<String>> restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes) {
    mark.hold();
    if (!stored(name, number).equals(found)) {
      return Optional.empty();
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    String key = layout.refRecord(name, number);
    if (found.get(0).isEmpty()) {
      return created(key, copy, name, number) ? Optional.of(List.of()) : Optional.empty();
    }
    String kept =
        new AsideObjects(bucket, layout, workers, attempts)
            .keep("ref-" + number, found.get(0).get());
    attempts.read(
        () -> {
          bucket.replace(key, copy);
          return true;
        });
    return Optional.of(List.of(kept));
  }

  private boolean created(String key, byte[] bytes, RefName name, long number) {
    try {
      return S3BlobWriter.stored(
          conditional.write(
              () -> bucket.create(key, bytes),
              () ->
                  slot(name, number)
                      .map(
                          found ->
                              found.equals(ByteBuffer.wrap(bytes))
                                  ? ConditionalWrite.Look.OURS
                                  : ConditionalWrite.Look.THEIRS)
                      .orElse(ConditionalWrite.Look.NOTHING)));
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
  }

  /** {@inheritDoc} All are read as they are stored, whatever was seen before. */
  @Override
  public Iterator<RefRecord> log(RefName name) {
    seen.forget(name);
    return RefLog.iterate(this, name);
  }

  @Override
  public long epoch(Optional<RefRecord> base) {
    long epoch = base.filter(S3RefStore::set).map(RefRecord::epoch).orElseGet(chain::epoch);
    chain.requireUncollected(epoch);
    return epoch;
  }

  private static boolean set(RefRecord record) {
    return record.kind() == RefRecord.Kind.SET;
  }

  @Override
  public RefOutcome compareAndSet(Optional<RefRecord> expected, RefChange next, Evidence evidence) {
    if (expected.isPresent() && !expected.get().name().equals(next.name())) {
      return new RefOutcome.Lost(read(next.name()));
    }
    // What was begun before this write is no answer after it.
    begun.set(null);
    mark.hold();
    if (mark.required()) {
      // The record may have been read before others were kept out, and the server keeps nobody from
      // overwriting it. What was seen before is no answer.
      seen.forget(next.name());
      Optional<RefRecord> now = read(next.name());
      if (!now.equals(expected)) {
        return new RefOutcome.Lost(now);
      }
    }
    long epoch = epoch(expected);
    if (epoch > evidence.goodTo()) {
      return new RefOutcome.Overtaken(epoch);
    }
    if (expected.filter(S3RefStore::set).isPresent()) {
      return write(next.after(expected, epoch));
    }
    Optional<RefRecord> opened = opened(expected, next, epoch);
    long number = expected.map(RefRecord::number).orElse(0L);
    // Open at any number but the next (or, open already, the same) is of a later life of the ref.
    if (opened
        .filter(record -> record.kind() == RefRecord.Kind.OPEN && record.number() <= number + 1)
        .isEmpty()) {
      return new RefOutcome.Lost(opened);
    }
    // A collection that began before the ref was open may not have seen it; this sees the
    // collection. Who finds a ref open does the same, since its author may be long gone.
    chain.requireUncollected(chain.epoch());
    return write(next.after(opened, opened.get().epoch()));
  }

  /** The open record to build on; or another that is newest, to which the caller lost. */
  private Optional<RefRecord> opened(Optional<RefRecord> expected, RefChange next, long epoch) {
    if (expected.filter(record -> record.kind() == RefRecord.Kind.OPEN).isPresent()) {
      return expected;
    }
    RefRecord open = open(expected, next, epoch);
    RefOutcome outcome = write(open);
    if (outcome instanceof RefOutcome.Done) {
      return Optional.of(open);
    }
    if (outcome instanceof RefOutcome.Lost lost) {
      return lost.current();
    }
    throw BackendException.transientFailure(
        "cannot open ref " + next.name() + ": no clear answer; its target is as before, try again",
        outcome instanceof RefOutcome.Unknown unknown ? unknown.why() : null);
  }

  private static RefRecord open(Optional<RefRecord> expected, RefChange next, long epoch) {
    long number = expected.map(RefRecord::number).orElse(0L) + 1;
    return new RefRecord(
        next.name(),
        number,
        expected.map(RefRecordCodec::digest).orElse(ContentHash.ZERO),
        RefRecord.Kind.OPEN,
        Optional.empty(),
        epoch,
        expected.map(RefRecord::floor).orElse(1L),
        number,
        expected.map(RefRecord::horizon).orElse(List.of()),
        next.nonce(),
        next.reason(),
        next.who(),
        next.timeMillis());
  }

  /** Writes a record at its number, which is free or taken for ever. */
  private RefOutcome write(RefRecord record) {
    RefName name = record.name();
    ByteBuffer encoded = RefRecordCodec.encode(record);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.duplicate().get(bytes);
    String key = layout.refRecord(name, record.number());
    if (seen.newest(name).filter(known -> known.number() >= record.number()).isPresent()) {
      return new RefOutcome.Lost(read(name));
    }
    Slot slot = new Slot(name, record.number(), encoded);
    ConditionalWrite.Outcome outcome;
    try {
      outcome = conditional.write(() -> bucket.create(key, bytes), slot::look);
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
    if (outcome instanceof ConditionalWrite.Outcome.Ours) {
      turns.won(name);
      return new RefOutcome.Done(seen.saw(record));
    }
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      mark.doubt();
      return new RefOutcome.Unknown(
          record,
          new UnknownOutcomeException(
              unknown.why().getMessage()
                  + "; whether record "
                  + record.number()
                  + " of "
                  + name
                  + " was written shows when it is read again",
              unknown.why()));
    }
    turns.lost(name);
    return new RefOutcome.Lost(Optional.of(listed(name, slot.newest)));
  }

  /** A number that a record is to be written to, and what is found there. One thread. */
  private final class Slot {
    private final RefName name;
    private final long number;
    private final ByteBuffer ours;

    /** Once another's record was found: the newest number of the ref, not below this one. */
    private long newest;

    Slot(RefName name, long number, ByteBuffer ours) {
      this.name = name;
      this.number = number;
      this.ours = ours;
    }

    /** Looks at the same time which number is the newest, since who lost will ask that next. */
    ConditionalWrite.Look look() {
      Future<OptionalLong> listing = workers.submit(() -> S3RefStore.this.newest(name));
      Optional<ByteBuffer> found = slot(name, number);
      if (found.isEmpty()) {
        listing.cancel(false);
        return ConditionalWrite.Look.NOTHING;
      }
      // The nonce is within the bytes: equal ones are ours.
      if (found.get().equals(ours)) {
        listing.cancel(false);
        return ConditionalWrite.Look.OURS;
      }
      seen.saw(decode(name, number, found.get()));
      newest = Math.max(number, told(listing));
      return ConditionalWrite.Look.THEIRS;
    }

    /** It is settled who won; a listing that fails changes nothing about that. */
    private long told(Future<OptionalLong> listing) {
      try {
        return Workers.result("list " + name, listing).orElse(number);
      } catch (BackendException untold) {
        return number;
      }
    }
  }
}
