package dev.varve.testkit;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A backend that loses power: of what was put and not flushed it keeps what it likes, and nobody
 * sees any of it before. Refs are durable when their write returns. Thread-safe; values are held
 * whole.
 */
public final class ForgetfulBackend extends ForwardingBackend {
  private final BlobStore blobs = new Blobs();

  // Guarded by this.
  private final List<Writer> open = new ArrayList<>();

  /** A backend that keeps in {@code inner} what survives. */
  public ForgetfulBackend(Backend inner) {
    super(inner);
  }

  /**
   * Loses power: each blob that was put and not flushed is kept or lost, as {@code random} draws.
   * Writers that were open refuse further use.
   *
   * @return how many were kept, and then how many were lost
   */
  public synchronized List<Integer> crash(Random random) {
    int kept = 0;
    int lost = 0;
    for (Writer writer : open) {
      for (Map.Entry<ContentHash, ByteBuffer> each : writer.pending.entrySet()) {
        if (random.nextBoolean()) {
          store(Map.of(each.getKey(), each.getValue()));
          kept++;
        } else {
          lost++;
        }
      }
      writer.dead = true;
    }
    open.clear();
    return List.of(kept, lost);
  }

  private void store(Map<ContentHash, ByteBuffer> all) {
    try (BlobWriter writer = inner.blobs().writer(0)) {
      all.forEach(writer::put);
      writer.flush();
    }
  }

  private synchronized Writer opened(long epoch) {
    Writer writer = new Writer(epoch);
    open.add(writer);
    return writer;
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public String location() {
    return "forgetful " + inner.location();
  }

  private final class Blobs implements BlobStore {
    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      return inner.blobs().open(hash);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      return inner.blobs().missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      return opened(epoch);
    }
  }

  private final class Writer implements BlobWriter {
    private final long epoch;
    private final Map<ContentHash, ByteBuffer> pending = new LinkedHashMap<>();
    private WriteTotals totals = WriteTotals.NONE;
    private boolean dead;

    Writer(long epoch) {
      this.epoch = epoch;
    }

    private void requireLife() {
      if (dead) {
        throw BackendException.permanent("the power went; begin with another writer", null);
      }
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes) {
      synchronized (ForgetfulBackend.this) {
        requireLife();
        int length = bytes.remaining();
        ByteBuffer copy = ByteBuffer.allocate(length).put(bytes.duplicate()).flip();
        boolean stored =
            inner.blobs().missing(Set.of(hash)).isEmpty() || pending.put(hash, copy) != null;
        totals =
            totals.plus(
                stored ? new WriteTotals(0, 0, 1, length) : new WriteTotals(1, length, 0, 0));
      }
    }

    @Override
    public void put(ContentHash hash, ValueSource source) {
      try (InputStream in = source.open()) {
        put(hash, ByteBuffer.wrap(in.readAllBytes()));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    @Override
    public Evidence flush() {
      synchronized (ForgetfulBackend.this) {
        requireLife();
        store(pending);
        pending.clear();
        return new Evidence(epoch + 1);
      }
    }

    @Override
    public WriteTotals totals() {
      return totals;
    }

    @Override
    public void close() {
      // What was put may be on its way to the disk all the same.
    }
  }
}
