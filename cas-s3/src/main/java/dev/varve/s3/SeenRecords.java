package dev.varve.s3;

import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The newest record of each ref that this process met. A number is given once and for ever, so what
 * was seen under it needs no second look; there may be newer ones. Keeps the {@link #MAX} refs met
 * last. Thread-safe.
 */
final class SeenRecords {
  /** How many refs; a record has some hundred bytes. */
  static final int MAX = 1024;

  private final Map<RefName, RefRecord> newest =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RefName, RefRecord> eldest) {
          return size() > MAX;
        }
      };

  synchronized Optional<RefRecord> newest(RefName name) {
    return Optional.ofNullable(newest.get(name));
  }

  /** For who wants to know what is stored, and not what was. */
  synchronized void forget(RefName name) {
    newest.remove(name);
  }

  /** The record itself, for chains of calls. */
  synchronized RefRecord saw(RefRecord record) {
    newest.merge(record.name(), record, (old, seen) -> seen.number() > old.number() ? seen : old);
    return record;
  }
}
