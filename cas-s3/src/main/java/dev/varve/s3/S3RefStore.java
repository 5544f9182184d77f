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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

  private final Bucket bucket;
  private final S3Layout layout;
  private final Workers workers;
  private final Attempts attempts;
  private final ConditionalWrite conditional;
  private final Chain chain;

  S3RefStore(Bucket bucket, S3Layout layout, Workers workers, Attempts attempts) {
    this.bucket = bucket;
    this.layout = layout;
    this.workers = workers;
    this.attempts = attempts;
    this.conditional = new ConditionalWrite(attempts);
    this.chain = new Chain(bucket, layout, attempts);
  }

  @Override
  public Optional<RefRecord> read(RefName name) {
    OptionalLong newest = new Records(bucket, attempts).newest(layout.ref(name));
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    long number = newest.getAsLong();
    RefRecord record =
        read(name, number)
            .orElseThrow(
                () ->
                    CorruptDataException.malformed(
                        "ref", name.full(), "record " + number + " is listed and cannot be read"));
    return Optional.of(record);
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

  @Override
  public List<RefRecord> list(RefName.Kind kind) {
    return workers
        .map("list refs of " + bucket.location(), names(kind), name -> read(name))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public OptionalLong newest(RefName name) {
    return new Records(bucket, attempts).newest(layout.ref(name));
  }

  @Override
  public List<Optional<ByteBuffer>> stored(RefName name, long number) {
    return List.of(attempts.read(() -> slot(name, number)));
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

  @Override
  public Iterator<RefRecord> log(RefName name) {
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
    ConditionalWrite.Outcome outcome;
    try {
      outcome =
          conditional.write(
              () -> bucket.create(key, bytes),
              () ->
                  // The nonce is within the bytes: equal ones are ours.
                  slot(name, record.number())
                      .map(
                          found ->
                              found.equals(encoded)
                                  ? ConditionalWrite.Look.OURS
                                  : ConditionalWrite.Look.THEIRS)
                      .orElse(ConditionalWrite.Look.NOTHING));
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
    if (outcome instanceof ConditionalWrite.Outcome.Ours) {
      return new RefOutcome.Done(record);
    }
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
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
    return new RefOutcome.Lost(read(name));
  }
}
