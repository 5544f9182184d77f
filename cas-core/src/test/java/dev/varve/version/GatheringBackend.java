package dev.varve.version;

import dev.varve.blob.BlobReader;
import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A backend in memory on which commits are written together, and whose first leader waits until so
 * many threads stand in line. Thread-safe.
 */
final class GatheringBackend implements Backend {
  final MemoryBackend inner;
  private final CountDownLatch gathered;
  private final Semaphore first = new Semaphore(1, true);

  /** Whether one thread at a time has its turn. */
  volatile boolean turns = true;

  /** What a writer's flush does before it does its work. */
  volatile Runnable beforeFlush = () -> {};

  /** What the next write of a ref comes to in place of being done, once. */
  volatile Optional<Supplier<RefOutcome>> nextWrite = Optional.empty();

  /** What comes before a ref is read. */
  volatile Runnable beforeRead = () -> {};

  /** What a leader does before it looks at who waits. */
  volatile Runnable beforeLeading = () -> {};

  GatheringBackend(MemoryBackend inner, int threads) {
    this.inner = inner;
    this.gathered = new CountDownLatch(threads);
  }

  @Override
  public RefStore refs() {
    return new Refs();
  }

  @Override
  public BlobStore blobs() {
    return new Blobs();
  }

  @Override
  public Optional<ByteBuffer> config() {
    return inner.config();
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    return inner.createConfig(bytes);
  }

  @Override
  public void namedBy(HashAlgorithm algorithm) {
    inner.namedBy(algorithm);
  }

  @Override
  public void requireSoleWriter() {
    inner.requireSoleWriter();
  }

  @Override
  public String location() {
    return inner.location();
  }

  @Override
  public void close() {
    inner.close();
  }

  private final class Refs implements RefStore {
    private final RefStore refs = inner.refs();

    @Override
    public int together() {
      return 100;
    }

    @Override
    public Turn turn(RefName name) {
      gathered.countDown();
      boolean one = turns;
      if (one) {
        first.acquireUninterruptibly();
      }
      return new Turn() {
        @Override
        public void begin() {
          try {
            gathered.await();
          } catch (InterruptedException never) {
            throw new AssertionError(never);
          }
          beforeLeading.run();
        }

        @Override
        public void close() {
          if (one) {
            first.release();
          }
        }
      };
    }

    @Override
    public RefOutcome compareAndSet(
        Optional<RefRecord> expected, RefChange next, Evidence evidence) {
      Optional<Supplier<RefOutcome>> instead = nextWrite;
      nextWrite = Optional.empty();
      return instead.isPresent()
          ? instead.get().get()
          : refs.compareAndSet(expected, next, evidence);
    }

    @Override
    public Optional<RefRecord> read(RefName name) {
      beforeRead.run();
      return refs.read(name);
    }

    @Override
    public Optional<RefRecord> read(RefName name, long number) {
      return refs.read(name, number);
    }

    @Override
    public List<RefRecord> list(RefName.Kind kind) {
      return refs.list(kind);
    }

    @Override
    public Iterator<RefRecord> log(RefName name) {
      return refs.log(name);
    }

    @Override
    public long epoch(Optional<RefRecord> base) {
      return refs.epoch(base);
    }
  }

  private final class Blobs implements BlobStore {
    private final BlobReader reader = inner.blobs();

    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      return reader.open(hash);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      return reader.missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      BlobWriter writer = inner.blobs().writer(epoch);
      return new BlobWriter() {
        @Override
        public void put(ContentHash hash, ByteBuffer bytes) {
          writer.put(hash, bytes);
        }

        @Override
        public void put(ContentHash hash, ValueSource source) {
          writer.put(hash, source);
        }

        @Override
        public Evidence flush() {
          beforeFlush.run();
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
      };
    }
  }
}
