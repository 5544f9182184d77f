package dev.varve.memory;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefLog;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableBackend;
import dev.varve.ref.RepairableRefs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;

/**
 * The reference implementation of both stores, in memory. Thread-safe. Everything is held as the
 * bytes that a disk would hold, so that damage can be tried on it.
 */
public final class MemoryBackend implements RepairableBackend {
  private final ConcurrentSkipListMap<ContentHash, ByteBuffer> blobs =
      new ConcurrentSkipListMap<>();
  private final Blobstore store = new Blobstore();
  private final ConcurrentSkipListMap<String, ByteBuffer> aside = new ConcurrentSkipListMap<>();
  private final Refs refs = new Refs();
  private Optional<ByteBuffer> config = Optional.empty();

  @Override
  public BlobStore blobs() {
    return store;
  }

  @Override
  public RefStore refs() {
    return refs;
  }

  @Override
  public synchronized Optional<ByteBuffer> config() {
    return config.map(ByteBuffer::duplicate);
  }

  @Override
  public synchronized boolean createConfig(ByteBuffer bytes) {
    if (config.isPresent()) {
      return false;
    }
    config = Optional.of(copy(bytes));
    return true;
  }

  /** One lock orders all writers. */
  @Override
  public void requireSoleWriter() {}

  @Override
  public synchronized Optional<String> replaceConfig(ByteBuffer bytes) {
    Optional<String> place = config.map(old -> keepAside("config", old));
    config = Optional.of(copy(bytes));
    return place;
  }

  /** Under the name and the bytes' own hash, so that doing it again changes nothing. */
  private String keepAside(String name, ByteBuffer bytes) {
    String place = "aside/" + name + "-" + HashAlgorithm.SHA256.hash(bytes).toString();
    aside.put(place, copy(bytes));
    return place;
  }

  /** What was kept aside, by the name of its place. */
  public Map<String, ByteBuffer> aside() {
    return aside;
  }

  @Override
  public boolean local() {
    return true;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public void close() {}

  /** The records of a ref themselves, from 1: changing the list is how tests damage a ref. */
  public List<ByteBuffer> records(RefName name) {
    return refs.chain(name);
  }

  /** The stored bytes themselves, by hash: changing the map is how tests damage a store. */
  public Map<ContentHash, ByteBuffer> contents() {
    return blobs;
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip().asReadOnlyBuffer();
  }

  private final class Blobstore implements BlobStore, ScannableBlobs, RepairableBlobs {
    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      return Optional.ofNullable(blobs.get(hash)).map(Held::new);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      Set<ContentHash> absent = new HashSet<>(hashes);
      absent.removeIf(blobs::containsKey);
      return absent;
    }

    @Override
    public BlobWriter writer(long epoch) {
      return new Batch(epoch);
    }

    @Override
    public void scan(ObjLongConsumer<ContentHash> each) {
      blobs.forEach((hash, bytes) -> each.accept(hash, bytes.remaining()));
    }

    @Override
    public Optional<String> replace(ContentHash hash, ValueSource proven) {
      ByteBuffer bytes = ByteBuffer.wrap(whole(proven));
      Optional<String> place = keep(hash);
      blobs.put(hash, bytes.asReadOnlyBuffer());
      return place;
    }

    @Override
    public Optional<String> moveAside(ContentHash hash, Predicate<StoredBlob> damaged) {
      ByteBuffer found = blobs.get(hash);
      if (found == null || !damaged.test(new Held(found)) || !blobs.remove(hash, found)) {
        return Optional.empty();
      }
      return Optional.of(keepAside(hash.toString(), found));
    }

    @Override
    public boolean takesAway() {
      return true;
    }

    private Optional<String> keep(ContentHash hash) {
      return Optional.ofNullable(blobs.get(hash)).map(bytes -> keepAside(hash.toString(), bytes));
    }
  }

  private static byte[] whole(ValueSource source) {
    if (source.length() > Integer.MAX_VALUE - Blobs.MAX_WHOLE) {
      throw BackendException.permanent(
          "cannot hold " + source.label() + " of " + source.length() + " bytes in memory", null);
    }
    try {
      return source.whole();
    } catch (IOException unreadable) {
      throw BackendException.permanent(
          "cannot read " + source.label() + ": " + unreadable.getMessage(), unreadable);
    }
  }

  private record Held(ByteBuffer bytes) implements StoredBlob {
    @Override
    public long length() {
      return bytes.remaining();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      int from = (int) Math.min(position, bytes.remaining());
      return bytes.slice(from, Math.min(count, bytes.remaining() - from)).asReadOnlyBuffer();
    }

    @Override
    public void close() {}
  }

  private final class Batch implements BlobWriter {
    private final long epoch;
    private final Map<ContentHash, ByteBuffer> pending = new LinkedHashMap<>();
    private WriteTotals totals = WriteTotals.NONE;
    private boolean failed;

    Batch(long epoch) {
      this.epoch = epoch;
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes) {
      requireSound();
      int length = bytes.remaining();
      boolean stored = blobs.containsKey(hash) || pending.putIfAbsent(hash, copy(bytes)) != null;
      totals =
          totals.plus(stored ? new WriteTotals(0, 0, 1, length) : new WriteTotals(1, length, 0, 0));
    }

    @Override
    public void put(ContentHash hash, ValueSource source) {
      requireSound();
      boolean read = false;
      try {
        put(hash, ByteBuffer.wrap(whole(source)));
        read = true;
      } finally {
        failed = !read;
      }
    }

    private void requireSound() {
      if (failed) {
        throw BackendException.permanent("this writer failed before; begin a new one", null);
      }
    }

    @Override
    public Evidence flush() {
      requireSound();
      blobs.putAll(pending);
      pending.clear();
      return new Evidence(epoch + 1);
    }

    @Override
    public WriteTotals totals() {
      return totals;
    }

    @Override
    public void close() {
      pending.clear();
    }
  }

  /** Guarded by its own monitor. */
  private final class Refs implements RefStore, RepairableRefs {
    private final Map<RefName, List<ByteBuffer>> chains = new TreeMap<>();

    synchronized List<ByteBuffer> chain(RefName name) {
      return chains.getOrDefault(name, List.of());
    }

    @Override
    public synchronized List<RefName> names(RefName.Kind kind) {
      return chains.keySet().stream().filter(name -> name.kind() == kind).toList();
    }

    @Override
    public synchronized OptionalLong newest(RefName name) {
      int size = chain(name).size();
      return size == 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    @Override
    public synchronized List<Optional<ByteBuffer>> stored(RefName name, long number) {
      List<ByteBuffer> chain = chain(name);
      return List.of(
          number < 1 || number > chain.size()
              ? Optional.empty()
              : Optional.of(chain.get((int) number - 1).duplicate()));
    }

    @Override
    public boolean inSeveralPlaces() {
      return false;
    }

    @Override
    public synchronized Optional<List<String>> restore(
        RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes) {
      if (!stored(name, number).equals(found)) {
        return Optional.empty();
      }
      List<String> places =
          found.stream()
              .flatMap(Optional::stream)
              .map(old -> keepAside(name.full() + "-" + number, old))
              .toList();
      List<ByteBuffer> chain = chains.computeIfAbsent(name, n -> new ArrayList<>());
      if (found.get(0).isPresent()) {
        chain.set((int) number - 1, copy(bytes));
      } else {
        chain.add(copy(bytes));
      }
      return Optional.of(places);
    }

    @Override
    public synchronized Optional<RefRecord> read(RefName name) {
      List<ByteBuffer> chain = chains.getOrDefault(name, List.of());
      return chain.isEmpty() ? Optional.empty() : read(name, chain.size());
    }

    @Override
    public synchronized Optional<RefRecord> read(RefName name, long number) {
      List<ByteBuffer> chain = chains.getOrDefault(name, List.of());
      return number < 1 || number > chain.size()
          ? Optional.empty()
          : Optional.of(RefRecordCodec.decode(name, chain.get((int) number - 1)));
    }

    @Override
    public synchronized List<RefRecord> list(RefName.Kind kind) {
      List<RefRecord> newest = new ArrayList<>();
      for (RefName name : chains.keySet()) {
        if (name.kind() == kind) {
          read(name).ifPresent(newest::add);
        }
      }
      return newest;
    }

    @Override
    public Iterator<RefRecord> log(RefName name) {
      return RefLog.iterate(this, name);
    }

    @Override
    public long epoch(Optional<RefRecord> base) {
      return base.map(RefRecord::epoch).orElse(0L);
    }

    @Override
    public synchronized RefOutcome compareAndSet(
        Optional<RefRecord> expected, RefChange next, Evidence evidence) {
      Optional<RefRecord> current = read(next.name());
      long epoch = epoch(current);
      if (epoch > evidence.goodTo()) {
        return new RefOutcome.Overtaken(epoch);
      }
      if (!current.equals(expected)) {
        return new RefOutcome.Lost(current);
      }
      RefRecord record = next.after(current, epoch);
      chains
          .computeIfAbsent(next.name(), n -> new ArrayList<>())
          .add(RefRecordCodec.encode(record));
      return new RefOutcome.Done(record);
    }
  }
}
