package dev.varve.lmdb;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A batch that is written when it holds {@link LmdbSettings#groupBytes} (64 MiB) of values, or 16
 * values that are files, and at each flush. One thread. So much is what it keeps reachable; it
 * copies nothing before LMDB does.
 */
final class LmdbBlobWriter implements BlobWriter {
  private static final int MAX_FILES = 16;

  private final LmdbBlobStore store;
  private final WriteQueue queue;
  private final ValueFiles files;
  private final long groupBytes;
  private final long epoch;
  private BlobBatch batch;
  private WriteTotals totals = WriteTotals.NONE;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    CLOSED
  }

  LmdbBlobWriter(
      LmdbBlobStore store, WriteQueue queue, ValueFiles files, long groupBytes, long epoch) {
    this.store = store;
    this.queue = queue;
    this.files = files;
    this.groupBytes = groupBytes;
    this.epoch = epoch;
    this.batch = new BlobBatch(files);
  }

  @Override
  public void put(ContentHash hash, ByteBuffer bytes) {
    checkOpen();
    if (bytes.remaining() > Blobs.MAX_WHOLE) {
      throw new IllegalArgumentException(
          "a blob of "
              + bytes.remaining()
              + " bytes is put as a source; buffers hold at most "
              + Blobs.MAX_WHOLE);
    }
    if (batch.holds(hash)) {
      reused(bytes.remaining());
      return;
    }
    batch.add(hash, bytes.slice());
    if (batch.bytes() >= groupBytes) {
      write();
    }
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
      put(hash, ByteBuffer.wrap(guarded(() -> readWhole(source))));
      return;
    }
    if (batch.holds(hash)) {
      reused(length);
      return;
    }
    boolean stored = guarded(() -> store.holdsFile(hash, length));
    batch.add(
        hash, new BlobBatch.Large(source, stored ? null : guarded(() -> files.write(source))));
    if (batch.files() >= MAX_FILES) {
      write();
    }
  }

  private byte[] readWhole(ValueSource source) {
    try {
      return source.whole();
    } catch (IOException failed) {
      throw BackendException.permanent(
          "cannot store " + source.label() + ": " + failed.getMessage(), failed);
    }
  }

  private void reused(long length) {
    totals = totals.plus(new WriteTotals(0, 0, 1, length));
  }

  @Override
  public Evidence flush() {
    checkOpen();
    write();
    return new Evidence(epoch + 1);
  }

  boolean writesTo(WriteQueue other) {
    return queue == other;
  }

  /** Flushes, and writes a ref in the transaction of the last blobs. */
  RefOutcome flushWith(Function<Evidence, LmdbRefStore.CompareAndSet> change) {
    checkOpen();
    LmdbRefStore.CompareAndSet request = change.apply(new Evidence(epoch + 1));
    while (!batch.isEmpty()) {
      BlobBatch now = batch;
      try {
        FlushAndSet.Both both = guarded(() -> queue.submit(new FlushAndSet(now, request)));
        totals = totals.plus(both.blobs().totals());
        batch = again(now, both.blobs());
        if (both.ref() != null) {
          return both.ref();
        }
      } finally {
        now.discard();
      }
    }
    return queue.submit(request);
  }

  private void write() {
    while (!batch.isEmpty()) {
      BlobBatch now = batch;
      try {
        BlobBatch.Stored stored = guarded(() -> queue.submit(now));
        totals = totals.plus(stored.totals());
        batch = again(now, stored);
      } finally {
        now.discard();
      }
    }
  }

  /** What a collection or a lost file took while we believed it stored, copied after all. */
  private BlobBatch again(BlobBatch done, BlobBatch.Stored stored) {
    BlobBatch next = new BlobBatch(files);
    Map<ContentHash, BlobBatch.Large> gone = new LinkedHashMap<>(done.large());
    gone.keySet().retainAll(stored.gone());
    batch = next;
    gone.forEach(
        (hash, large) ->
            next.add(
                hash,
                new BlobBatch.Large(large.source(), guarded(() -> files.write(large.source())))));
    return next;
  }

  @Override
  public WriteTotals totals() {
    return totals;
  }

  @Override
  public void close() {
    state = State.CLOSED;
    batch.discard();
    batch = new BlobBatch(files);
  }

  private void checkOpen() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("this writer is closed");
    }
    if (state == State.FAILED) {
      throw BackendException.permanent(
          "cannot store blobs in "
              + store.location()
              + ": an earlier call of this writer failed; begin anew with another writer",
          null);
    }
  }

  /** Runs what may fail; a failure is this writer's last act. */
  private <R> R guarded(Supplier<R> action) {
    boolean done = false;
    try {
      R result = action.get();
      done = true;
      return result;
    } finally {
      if (!done) {
        state = State.FAILED;
        batch.discard();
        batch = new BlobBatch(files);
      }
    }
  }
}
