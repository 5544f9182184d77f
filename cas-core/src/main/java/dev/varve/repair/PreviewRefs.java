package dev.varve.repair;

import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
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
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Refs as they would be once mended. One thread adds; then thread-safe. Holds what was mended. */
final class PreviewRefs implements RefStore, RepairableRefs {
  private final RefStore refs;
  private final RepairableRefs stored;
  private final Map<RefName, TreeMap<Long, RefRecord>> mended = new HashMap<>();

  PreviewRefs(RefStore refs) {
    this.refs = refs;
    this.stored = (RepairableRefs) refs;
  }

  void add(RefRecord record) {
    mended.computeIfAbsent(record.name(), name -> new TreeMap<>()).put(record.number(), record);
  }

  private TreeMap<Long, RefRecord> mended(RefName name) {
    return mended.getOrDefault(name, new TreeMap<>());
  }

  @Override
  public List<RefName> names(RefName.Kind kind) {
    TreeSet<RefName> all = new TreeSet<>(stored.names(kind));
    mended.keySet().stream().filter(name -> name.kind() == kind).forEach(all::add);
    return List.copyOf(all);
  }

  @Override
  public OptionalLong newest(RefName name) {
    OptionalLong here = stored.newest(name);
    TreeMap<Long, RefRecord> more = mended(name);
    return more.isEmpty() ? here : OptionalLong.of(Math.max(here.orElse(0), more.lastKey()));
  }

  @Override
  public List<Optional<ByteBuffer>> stored(RefName name, long number) {
    RefRecord record = mended(name).get(number);
    return record == null
        ? stored.stored(name, number)
        : List.of(Optional.of(RefRecordCodec.encode(record)));
  }

  @Override
  public boolean inSeveralPlaces() {
    return stored.inSeveralPlaces();
  }

  @Override
  public Optional<List<String>> restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes) {
    throw unchanging();
  }

  @Override
  public Optional<RefRecord> read(RefName name) {
    OptionalLong newest = newest(name);
    RefRecord record = mended(name).get(newest.orElse(0));
    return record == null ? refs.read(name) : Optional.of(record);
  }

  @Override
  public Optional<RefRecord> read(RefName name, long number) {
    RefRecord record = mended(name).get(number);
    return record == null ? refs.read(name, number) : Optional.of(record);
  }

  @Override
  public List<RefRecord> list(RefName.Kind kind) {
    List<RefRecord> all = new ArrayList<>();
    names(kind).forEach(name -> read(name).ifPresent(all::add));
    return all;
  }

  @Override
  public Iterator<RefRecord> log(RefName name) {
    return RefLog.iterate(this, name);
  }

  @Override
  public long epoch(Optional<RefRecord> base) {
    return refs.epoch(base);
  }

  @Override
  public RefOutcome compareAndSet(Optional<RefRecord> expected, RefChange next, Evidence evidence) {
    throw unchanging();
  }

  private static BackendException unchanging() {
    return BackendException.permanent("a preview changes nothing", null);
  }
}
