package dev.varve.testkit;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefLog;
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

/**
 * Counts the operations on a backend and fails the one that it is told to. Thread-safe.
 *
 * <p>A failed operation throws a {@link BackendException} and did not happen; only a
 * compare-and-set can be made to answer that it does not know. So a test that runs its work with
 * {@code failAt(1)}, {@code failAt(2)} and so on until nothing fails any more has tried every point
 * of failure.
 */
public final class FaultyBackend extends ForwardingBackend {
  private final FaultyBlobs blobs = new FaultyBlobs();
  private final FaultyRefs refs = new FaultyRefs();

  // Guarded by this.
  private long operations;
  private long failAt;
  private boolean dead;
  private Answer nextAnswer = Answer.TRUE;

  /** What becomes of a compare-and-set. */
  public enum Answer {
    /** It happens, and the answer is true. */
    TRUE,
    /** It happens, and the answer is that nobody knows. */
    HAPPENED_BUT_UNKNOWN,
    /** It does not happen, and the answer is that nobody knows. */
    NOTHING_BUT_UNKNOWN
  }

  /** A backend that is as good as {@code inner} until told otherwise. */
  public FaultyBackend(Backend inner) {
    super(inner);
  }

  /** Fails the {@code n}-th operation from now, counted from 1, and no other. */
  public synchronized void failAt(long n) {
    failAt = operations + n;
    dead = false;
  }

  /** Fails the {@code n}-th operation from now and everything after it, as a dead disk does. */
  public synchronized void dieAt(long n) {
    failAt = operations + n;
    dead = true;
  }

  /** Fails nothing any more. */
  public synchronized void heal() {
    failAt = 0;
    dead = false;
    nextAnswer = Answer.TRUE;
  }

  /** What becomes of the next compare-and-set; those after it are answered truly. */
  public synchronized void answerNext(Answer answer) {
    nextAnswer = answer;
  }

  /** How many operations were begun, failed ones included. */
  public synchronized long operations() {
    return operations;
  }

  private synchronized void begin(String operation) {
    operations++;
    if (failAt > 0 && (dead ? operations >= failAt : operations == failAt)) {
      throw BackendException.permanent(
          "cannot " + operation + ": operation " + operations + " was told to fail", null);
    }
  }

  private synchronized Answer takeAnswer() {
    Answer answer = nextAnswer;
    nextAnswer = Answer.TRUE;
    return answer;
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
    begin("read the configuration");
    return inner.config();
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    begin("write the configuration");
    return inner.createConfig(bytes);
  }

  @Override
  public String location() {
    return "faulty " + inner.location();
  }

  private final class FaultyBlobs implements BlobStore {
    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      begin("open blob " + hash.brief());
      return inner.blobs().open(hash).map(FaultyBlob::new);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      begin("look for blobs");
      return inner.blobs().missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      return new FaultyWriter(inner.blobs().writer(epoch));
    }
  }

  private final class FaultyBlob implements StoredBlob {
    private final StoredBlob blob;

    FaultyBlob(StoredBlob blob) {
      this.blob = blob;
    }

    @Override
    public long length() {
      return blob.length();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      begin("read a blob");
      return blob.read(position, count);
    }

    @Override
    public void close() {
      blob.close();
    }
  }

  /** Refuses further use after a failure, as the seam asks. */
  private final class FaultyWriter implements BlobWriter {
    private final BlobWriter writer;
    private boolean failed;

    FaultyWriter(BlobWriter writer) {
      this.writer = writer;
    }

    private void step(String operation) {
      if (failed) {
        throw BackendException.permanent(
            "cannot " + operation + ": an earlier call of this writer failed", null);
      }
      failed = true;
      begin(operation);
      failed = false;
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes) {
      step("put blob " + hash.brief());
      writer.put(hash, bytes);
    }

    @Override
    public void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
      step("put blob " + hash.brief());
      writer.put(hash, bytes, replaced);
    }

    @Override
    public void put(ContentHash hash, ValueSource source) {
      step("put blob " + hash.brief());
      writer.put(hash, source);
    }

    @Override
    public Evidence flush() {
      step("flush");
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

  private final class FaultyRefs implements RefStore {
    @Override
    public Optional<RefRecord> read(RefName name) {
      begin("read ref " + name);
      return inner.refs().read(name);
    }

    @Override
    public Optional<RefRecord> read(RefName name, long number) {
      begin("read record " + number + " of ref " + name);
      return inner.refs().read(name, number);
    }

    @Override
    public List<RefRecord> list(RefName.Kind kind) {
      begin("list refs");
      return inner.refs().list(kind);
    }

    @Override
    public Iterator<RefRecord> log(RefName name) {
      return RefLog.iterate(this, name);
    }

    @Override
    public long epoch(Optional<RefRecord> base) {
      begin("read the epoch");
      return inner.refs().epoch(base);
    }

    @Override
    public RefOutcome compareAndSet(
        Optional<RefRecord> expected, RefChange next, Evidence evidence) {
      begin("write ref " + next.name());
      Answer answer = takeAnswer();
      if (answer == Answer.NOTHING_BUT_UNKNOWN) {
        return unknown(next.after(expected, epochOf(expected)));
      }
      RefOutcome outcome = inner.refs().compareAndSet(expected, next, evidence);
      return answer == Answer.HAPPENED_BUT_UNKNOWN && outcome instanceof RefOutcome.Done done
          ? unknown(done.record())
          : outcome;
    }

    private long epochOf(Optional<RefRecord> expected) {
      return inner.refs().epoch(expected);
    }

    private static RefOutcome unknown(RefRecord attempted) {
      return new RefOutcome.Unknown(
          attempted,
          new UnknownOutcomeException("no answer to the write of " + attempted.name(), null));
    }
  }
}
