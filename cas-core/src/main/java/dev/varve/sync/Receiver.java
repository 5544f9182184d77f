package dev.varve.sync;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.version.Repository;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The receiver's refs as they were read once. One thread. Refs are read by name first, for where
 * nothing is to be done that is all that is asked of the receiver.
 */
final class Receiver {
  private final RefStore refs;
  private final Map<RefName, Optional<RefRecord>> records = new HashMap<>();

  Receiver(Repository to) {
    this.refs = to.backend().refs();
  }

  /** Reads the refs with these names. */
  void read(Collection<RefName> names) {
    Map<RefName, RefRecord> found = refs.read(names);
    names.forEach(name -> records.put(name, Optional.ofNullable(found.get(name))));
  }

  /** Reads all other refs, too: whatever they reach need not be sent. */
  void readAll() {
    List.of(RefName.Kind.values()).forEach(this::list);
  }

  private void list(RefName.Kind kind) {
    // What was read before stands, for it may have been decided by: at worst the write is lost.
    refs.list(kind).forEach(record -> records.putIfAbsent(record.name(), Optional.of(record)));
  }

  /** The newest record of a ref that was read. */
  Optional<RefRecord> record(RefName name) {
    return records.getOrDefault(name, Optional.empty());
  }

  /** The commits that the refs read hold: whatever they reach is at the receiver, whole. */
  Set<ContentHash> commits() {
    Set<ContentHash> commits = new LinkedHashSet<>();
    held().forEach(record -> record.target().ifPresent(commits::add));
    return commits;
  }

  private List<RefRecord> held() {
    return records.values().stream()
        .flatMap(Optional::stream)
        .filter(record -> record.target().isPresent())
        .toList();
  }

  /**
   * The lowest epoch of what was read, all of which is relied on, and of refs that are to be made.
   *
   * @param moved the refs that will be written
   */
  long epoch(Collection<RefName> moved) {
    long lowest = Long.MAX_VALUE;
    for (RefRecord record : held()) {
      lowest = Math.min(lowest, refs.epoch(Optional.of(record)));
    }
    Set<Optional<RefRecord>> bases = new LinkedHashSet<>();
    for (RefName name : moved) {
      if (record(name).flatMap(RefRecord::target).isEmpty()) {
        bases.add(record(name));
      }
    }
    for (Optional<RefRecord> base : bases) {
      lowest = Math.min(lowest, refs.epoch(base));
    }
    return lowest;
  }
}
