package dev.varve.ref;

import dev.varve.error.CorruptDataException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Walks a ref's records from the newest to its floor by single reads, checking the links. */
public final class RefLog {
  private RefLog() {}

  /**
   * Reads as it goes, one record at a time.
   *
   * @throws CorruptDataException from {@code next} where a record is absent, damaged, or not the
   *     one that its follower names
   */
  public static Iterator<RefRecord> iterate(RefStore refs, RefName name) {
    return new Iterator<>() {
      private Optional<RefRecord> next = refs.read(name);
      // The floor may have risen since older records were written; the newest one counts.
      private final long floor = next.map(RefRecord::floor).orElse(1L);

      @Override
      public boolean hasNext() {
        return next.isPresent();
      }

      @Override
      public RefRecord next() {
        RefRecord now = next.orElseThrow(NoSuchElementException::new);
        next = now.number() > floor ? Optional.of(before(now)) : Optional.empty();
        return now;
      }

      private RefRecord before(RefRecord now) {
        long number = now.number() - 1;
        RefRecord record =
            refs.read(name, number)
                .orElseThrow(
                    () ->
                        CorruptDataException.malformed(
                            "ref", name.full(), "record " + number + " is missing"));
        if (record.number() != number || !RefRecordCodec.digest(record).equals(now.previous())) {
          throw CorruptDataException.malformed(
              "ref",
              name.full(),
              "record " + number + " is not the one that record " + now.number() + " follows");
        }
        return record;
      }
    };
  }
}
