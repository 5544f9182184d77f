package dev.varve.s3;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose blobs are uploaded side by side from the moment they are put. One thread; the
 * uploads run on those of {@link Workers}, which bounds the bytes that wait for them.
 *
 * <p>Bytes are copied when they are put, so a caller's buffer is never read after an early end; but
 * not those that nobody will change.
 */
final class S3BlobWriter implements BlobWriter {
  /** From this length on it is cheaper to ask first whether a blob is there than to send it. */
  private static final int ASK_FIRST = 1 << 20;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Workers workers;
  private final Attempts attempts;
  private final ConditionalWrite conditional;
  private final boolean sha256;
  private final long epoch;

  /** Guards the fields below, which uploads change when they end. */
  private final Object lock = new Object();

  private final Set<ContentHash> underWay = new HashSet<>();
  private WriteTotals totals = WriteTotals.NONE;
  private @Nullable RuntimeException failure;
  private boolean closed;

  /**
   * For a store.
   *
   * @param sha256 whether the names are SHA-256, and so what the server compares with the bytes
   */
  S3BlobWriter(
      Bucket bucket,
      S3Layout layout,
      Workers workers,
      Attempts attempts,
      boolean sha256,
      long epoch) {
    this.bucket = bucket;
    this.layout = layout;
    this.workers = workers;
    this.attempts = attempts;
    this.conditional = new ConditionalWrite(attempts);
    this.sha256 = sha256;
    this.epoch = epoch;
  }

  @Override
  public void put(ContentHash hash, ByteBuffer bytes) {
    check(bytes);
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    submit(hash, copy, copy.remaining() >= ASK_FIRST);
  }

  /** {@inheritDoc} One PUT, whatever its length. */
  @Override
  public void putMissing(ContentHash hash, ByteBuffer bytes) {
    check(bytes);
    submit(hash, bytes.duplicate(), false);
  }

  private void check(ByteBuffer bytes) {
    if (bytes.remaining() > Blobs.MAX_WHOLE) {
      throw new IllegalArgumentException(
          "a blob of "
              + bytes.remaining()
              + " bytes is put as a source; buffers hold at most "
              + Blobs.MAX_WHOLE);
    }
    checkOpen();
  }

  @Override
  public void put(ContentHash hash, ValueSource source) {
    checkOpen();
    long length = source.length();
    if (length < 0 || length > Blobs.MAX_VALUE) {
      throw new IllegalArgumentException(
          source.label() + " has " + length + " bytes; a value has at most " + Blobs.MAX_VALUE);
    }
    if (length <= Blobs.MAX_WHOLE) {
      submit(hash, ByteBuffer.wrap(guarded(() -> whole(source))), length >= ASK_FIRST);
      return;
    }
    boolean written =
        guarded(
            () -> new PartsUpload(bucket, workers, attempts, layout.blob(hash), source).store());
    count(written, length);
  }

  static byte[] whole(ValueSource source) {
    try {
      return source.whole();
    } catch (IOException unreadable) {
      throw PartsUpload.unreadable(source, unreadable);
    }
  }

  /** Takes bytes that nobody will change. */
  private void submit(ContentHash hash, ByteBuffer bytes, boolean ask) {
    synchronized (lock) {
      if (!underWay.add(hash)) {
        totals = totals.plus(new WriteTotals(0, 0, 1, bytes.remaining()));
        return;
      }
    }
    try {
      workers.run(bytes.remaining(), () -> upload(hash, bytes, ask));
    } catch (InterruptedException interrupted) {
      RuntimeException refused = Workers.interrupted(operation());
      done(hash, refused);
      throw refused;
    } catch (RuntimeException ended) {
      done(hash, ended);
      throw ended;
    }
  }

  /** Runs on a worker's thread; tells the writer of its end, whatever it was. */
  private void upload(ContentHash hash, ByteBuffer bytes, boolean ask) {
    RuntimeException failed = null;
    try {
      if (wanted()) {
        count(create(hash, bytes, ask), bytes.remaining());
      }
    } catch (RuntimeException bad) {
      failed = bad;
    } catch (Error broken) {
      // No memory, perhaps: what was not stored must not be taken for stored.
      failed = BackendException.permanent("cannot " + operation() + ": " + broken, broken);
      throw broken;
    } finally {
      done(hash, failed);
    }
  }

  /** Whether this call stored the blob; false where it was there. */
  private boolean create(ContentHash hash, ByteBuffer bytes, boolean ask) {
    String key = layout.blob(hash);
    Optional<ContentHash> known = sha256 ? Optional.of(hash) : Optional.empty();
    if (ask && attempts.read(() -> bucket.length(key)).isPresent()) {
      return false;
    }
    return stored(
        conditional.write(
            () -> bucket.create(key, bytes, known),
            () ->
                bucket.length(key).isPresent()
                    ? ConditionalWrite.Look.THEIRS
                    : ConditionalWrite.Look.NOTHING));
  }

  /** A name is given by its content, so what another stored under it is as good as ours. */
  static boolean stored(ConditionalWrite.Outcome outcome) {
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      throw unknown.why().toStoreException();
    }
    return outcome instanceof ConditionalWrite.Outcome.Ours;
  }

  private void count(boolean written, long length) {
    synchronized (lock) {
      totals =
          totals.plus(
              written ? new WriteTotals(1, length, 0, 0) : new WriteTotals(0, 0, 1, length));
    }
  }

  private boolean wanted() {
    synchronized (lock) {
      return !closed && failure == null;
    }
  }

  private void done(ContentHash hash, @Nullable RuntimeException failed) {
    synchronized (lock) {
      underWay.remove(hash);
      if (failed != null && failure == null) {
        failure = failed;
      }
      lock.notifyAll();
    }
  }

  @Override
  public Evidence flush() {
    checkOpen();
    synchronized (lock) {
      try {
        while (!underWay.isEmpty() && failure == null) {
          lock.wait();
        }
      } catch (InterruptedException interrupted) {
        // What is under way goes on, so another call may wait for it.
        throw Workers.interrupted(operation());
      }
    }
    checkOpen();
    return new Evidence(epoch + 1);
  }

  /** Nothing is to be done: every upload that ended is stored. */
  @Override
  public void checkpoint() {
    checkOpen();
  }

  @Override
  public WriteTotals totals() {
    synchronized (lock) {
      return totals;
    }
  }

  /** Uploads not begun are dropped; those under way end by themselves, each whole or not at all. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
  }

  private String operation() {
    return "store blobs in " + bucket.location();
  }

  /** The first failure of an upload is thrown by the call after it, and by all later ones. */
  private void checkOpen() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("this writer is closed");
      }
      RuntimeException first = failure;
      if (first == null) {
        return;
      }
      String message =
          "cannot " + operation() + ": " + first.getMessage() + "; begin anew with another writer";
      boolean passes =
          first instanceof S3Failure failed && failed.passing()
              || first instanceof BackendException store && store.retryable();
      throw passes
          ? BackendException.transientFailure(message, first)
          : BackendException.permanent(message, first);
    }
  }

  /** Runs what may fail; a failure is this writer's last act. */
  private <R> R guarded(Supplier<R> action) {
    try {
      return action.get();
    } catch (RuntimeException failed) {
      StoreException told =
          failed instanceof StoreException known
              ? known
              : failed instanceof S3Failure refused ? refused.toStoreException() : null;
      synchronized (lock) {
        failure = failed;
      }
      throw told == null ? failed : told;
    }
  }
}
