package dev.varve.testkit;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefLog;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/**
 * Counts what is asked of a backend, in the units in which a remote one answers: an object that is
 * opened, a name that is asked for, a ref that is read. Thread-safe. Its blobs can be scanned where
 * those beneath can.
 */
public final class CountingBackend extends ForwardingBackend {
  private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);
  private final BlobStore blobs;
  private final Refs refs = new Refs();

  /** What is counted. */
  public enum Count {
    /** Readings of the configuration. */
    CONFIG,
    /** Blobs opened. */
    OPENED,
    /** Names asked for, each of them. */
    ASKED,
    /** Names told by scans. */
    LISTED,
    /** Blobs put. */
    PUT,
    /** Bytes put. */
    PUT_BYTES,
    /** Flushes and checkpoints. */
    FLUSHED,
    /** Ref records read by name. */
    REFS_READ,
    /** Listings of refs. */
    REFS_LISTED,
    /** Compare-and-sets. */
    REFS_WRITTEN,
    /** Questions for the epoch of a ref that is to be made. */
    EPOCHS
  }

  /** A backend that answers as {@code inner} does. */
  public CountingBackend(Backend inner) {
    super(inner);
    for (Count each : Count.values()) {
      counts.put(each, new LongAdder());
    }
    this.blobs = inner.blobs() instanceof ScannableBlobs ? new Scannable() : new Counted();
  }

  /** How often since the last {@link #reset}. */
  public long get(Count count) {
    return counter(count).sum();
  }

  /** All of some counts together. */
  public long sum(Count... some) {
    return Arrays.stream(some).mapToLong(this::get).sum();
  }

  /** Begins to count anew. */
  public void reset() {
    counts.values().forEach(LongAdder::reset);
  }

  private LongAdder counter(Count count) {
    return Objects.requireNonNull(counts.get(count));
  }

  private void add(Count count, long n) {
    counter(count).add(n);
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public RefStore refs() {
    return refs;
  }

  @Override
  public Optional<ByteBuffer> config() {
    add(Count.CONFIG, 1);
    return inner.config();
  }

  private class Counted implements BlobStore {
    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      add(Count.OPENED, 1);
      return inner.blobs().open(hash);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      add(Count.ASKED, hashes.size());
      return inner.blobs().missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      return new Writer(inner.blobs().writer(epoch));
    }
  }

  private final class Scannable extends Counted implements ScannableBlobs {
    @Override
    public void scan(ObjLongConsumer<ContentHash> each) {
      ((ScannableBlobs) inner.blobs())
          .scan(
              (hash, length) -> {
                add(Count.LISTED, 1);
                each.accept(hash, length);
              });
    }
  }

  private final class Writer implements BlobWriter {
    private final BlobWriter writer;

    Writer(BlobWriter writer) {
      this.writer = writer;
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes) {
      add(Count.PUT, 1);
      add(Count.PUT_BYTES, bytes.remaining());
      writer.put(hash, bytes);
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
      add(Count.PUT, 1);
      add(Count.PUT_BYTES, bytes.remaining());
      writer.put(hash, bytes, replaced);
    }

    @Override
    public void put(ContentHash hash, ValueSource source) {
      add(Count.PUT, 1);
      add(Count.PUT_BYTES, source.length());
      writer.put(hash, source);
    }

    @Override
    public void checkpoint() {
      add(Count.FLUSHED, 1);
      writer.checkpoint();
    }

    @Override
    public Evidence flush() {
      add(Count.FLUSHED, 1);
      return writer.flush();
    }

    @Override
    public WriteTotals totals() {
      return writer.totals();
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  private final class Refs implements RefStore {
    @Override
    public Optional<RefRecord> read(RefName name) {
      add(Count.REFS_READ, 1);
      return inner.refs().read(name);
    }

    @Override
    public Optional<RefRecord> read(RefName name, long number) {
      add(Count.REFS_READ, 1);
      return inner.refs().read(name, number);
    }

    @Override
    public List<RefRecord> list(RefName.Kind kind) {
      add(Count.REFS_LISTED, 1);
      return inner.refs().list(kind);
    }

    @Override
    public Iterator<RefRecord> log(RefName name) {
      return RefLog.iterate(this, name);
    }

    @Override
    public long epoch(Optional<RefRecord> base) {
      add(Count.EPOCHS, base.isPresent() ? 0 : 1);
      return inner.refs().epoch(base);
    }

    @Override
    public RefOutcome compareAndSet(
        Optional<RefRecord> expected, RefChange next, Evidence evidence) {
      add(Count.REFS_WRITTEN, 1);
      return inner.refs().compareAndSet(expected, next, evidence);
    }
  }
}
