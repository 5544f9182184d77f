package dev.varve.ref;

import dev.varve.blob.Evidence;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refs as chains of numbered records, of which only the newest can be followed by another.
 * Thread-safe; linearizable for each ref; safe between processes where the driver says so.
 *
 * <p>Nothing is ever overwritten or removed: a branch is deleted by a record without a target, and
 * its numbers go on when it is made again.
 */
public interface RefStore {
  /**
   * The newest record, also one without a target, or empty where the ref never was.
   *
   * @throws dev.varve.error.CorruptDataException where the record is damaged or misplaced
   */
  Optional<RefRecord> read(RefName name);

  /**
   * The newest record that can be told at little cost, or empty where none can. It may be older
   * than the newest: enough to see that what one holds is outdated, before much is built on it.
   */
  default Optional<RefRecord> recent(RefName name) {
    return read(name);
  }

  /**
   * The newest records of some refs, also those without a target; refs that never were are not in
   * it.
   */
  default Map<RefName, RefRecord> read(Collection<RefName> names) {
    Map<RefName, RefRecord> found = new HashMap<>();
    names.forEach(name -> read(name).ifPresent(record -> found.put(name, record)));
    return found;
  }

  /**
   * Says that a ref will be read at once. A store that is far away may begin to: the next {@link
   * #read(RefName)} of it, and only that, may answer what the ref held at any moment since this
   * call. So only who reads it without doing anything else first says so.
   */
  default void expect(RefName name) {}

  /**
   * Up to how many bytes of blobs a record may carry: what a reader of it asks for next. More than
   * 0 where a request costs more than bytes.
   */
  default int carries() {
    return 0;
  }

  /**
   * Up to how many commits of this process one record should acknowledge, each built upon the one
   * before. More than 1 where a record costs round trips, or waits for a disk.
   */
  default int together() {
    return 1;
  }

  /**
   * Begins a turn of this thread at moving a ref. Where each attempt costs round trips, a store
   * lets the threads of a process take turns in order of their coming, instead of spoiling each
   * other's attempts. Nothing depends on it but speed: a store may have no turns, and one that has
   * does not let anybody wait for ever.
   */
  default Turn turn(RefName name) {
    return () -> {};
  }

  /** A turn, to be closed by the thread that began it. */
  interface Turn extends AutoCloseable {
    /**
     * Called by who will now try to move the ref, before it looks at what is to be done: may wait a
     * little, to let others in.
     */
    default void begin() {}

    @Override
    void close();
  }

  /** The record with a number, or empty where that was never written. */
  Optional<RefRecord> read(RefName name, long number);

  /** The newest record of every ref of a kind, in order of name, also those without a target. */
  List<RefRecord> list(RefName.Kind kind);

  /**
   * All records of a ref from the newest down to its floor, read as the iterator goes; empty where
   * the ref never was.
   */
  Iterator<RefRecord> log(RefName name);

  /** The epoch at which a transaction begins that will build on {@code base}. */
  long epoch(Optional<RefRecord> base);

  /**
   * Writes {@code next} after {@code expected} if that is still the newest record.
   *
   * <p>When it answers {@link RefOutcome.Done} the record is durable. {@link RefOutcome.Unknown}
   * says it may have happened, now or later: the caller cleans nothing up.
   *
   * @param expected the newest record as the caller read it, or empty where there was none
   * @param evidence the weakest evidence of everything the new target relies on
   */
  RefOutcome compareAndSet(Optional<RefRecord> expected, RefChange next, Evidence evidence);
}
