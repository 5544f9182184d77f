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
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A batch of rows that is written when it holds {@link LmdbSettings#groupBytes} (64 MiB) of values,
 * or 16 values that are files, or the places of 256 MiB in packs, and at each flush. One thread.
 *
 * <p>Values for packs are collected to 16 MiB. While one such group is synced and another one
 * written, the caller goes on with the next; a batch that has places is written only after the
 * bytes at these places are durable. So it keeps up to 112 MiB reachable, of a value each more; it
 * copies nothing itself.
 */
final class LmdbBlobWriter implements BlobWriter {
  private static final int MAX_FILES = 16;

  /**
   * So many bytes are appended and synced at once. Less than a group of rows: the disk works while
   * the caller fills the next, and at the end only this is left to wait for.
   */
  private static final long PACK_GROUP = 16 << 20;

  /** So many groups are on their way at most: one is synced while another one is written. */
  private static final int MOST_RUNNING = 2;

  /** After so many times groupBytes in packs their rows are written: a crash loses those since. */
  private static final int INDEX_EVERY = 4;

  /**
   * From this length on a value goes to a pack, in bytes, unless all of a flush are little. Nearly
   * all nodes are shorter (one of 50,000 is not).
   */
  static final int PACK_FROM = 1 << 15;

  private final LmdbBlobStore store;
  private final WriteQueue queue;
  private final ValueFiles files;
  private final Packs packs;
  private final @Nullable PackAppender appender;
  private final @Nullable Bases bases;
  private final long groupBytes;
  private final long packLeast;
  private final long epoch;
  private BlobBatch batch;
  private PackAppend group = new PackAppend();

  /** Groups on their way, oldest first. */
  private final ArrayDeque<PackAppend> running = new ArrayDeque<>();

  private long unnamed;
  private WriteTotals totals = WriteTotals.NONE;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    CLOSED
  }

  /**
   * For a store.
   *
   * @param appender null where the repository keeps nothing in packs
   * @param bases null where it keeps no differences
   */
  LmdbBlobWriter(
      LmdbBlobStore store,
      WriteQueue queue,
      @Nullable PackAppender appender,
      @Nullable Bases bases,
      LmdbSettings settings,
      long epoch) {
    this.store = store;
    this.queue = queue;
    this.files = store.files();
    this.packs = store.packs();
    this.appender = appender;
    this.bases = bases;
    this.groupBytes = settings.groupBytes();
    this.packLeast = settings.packLeast();
    this.epoch = epoch;
    this.batch = newBatch();
  }

  private BlobBatch newBatch() {
    return new BlobBatch(files, packs);
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
    if (holds(hash)) {
      reused(bytes.remaining());
      return;
    }
    if (appender != null && bytes.remaining() >= PACK_FROM) {
      group.add(hash, bytes.slice());
      if (group.bytes() >= Math.min(groupBytes, PACK_GROUP)) {
        guarded(() -> append(appender));
      }
    } else {
      batch.add(hash, bytes.slice());
    }
    writeWhenFull();
  }

  @Override
  public void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
    checkOpen();
    DeltaRow row =
        bases == null || bytes.remaining() >= DeltaRow.MAX_BLOB || holds(hash)
            ? null
            : guarded(() -> bases.difference(hash, bytes, replaced));
    if (row == null) {
      put(hash, bytes);
      return;
    }
    batch.add(hash, new BlobBatch.Near(bytes.slice(), row));
    writeWhenFull();
  }

  private void writeWhenFull() {
    if (batch.bytes() >= groupBytes || unnamed >= INDEX_EVERY * groupBytes) {
      write();
    }
  }

  private boolean holds(ContentHash hash) {
    return batch.holds(hash)
        || group.holds(hash)
        || running.stream().anyMatch(each -> each.holds(hash));
  }

  /** Hands the values that are not stored yet to the appender, once there is room for them. */
  private boolean append(PackAppender to) {
    PackAppend next = missing();
    if (!next.isEmpty()) {
      place(MOST_RUNNING - 1);
      running.add(next);
      to.submit(next);
    }
    return true;
  }

  /** The values collected for a pack that are not stored yet; the others go into the batch. */
  private PackAppend missing() {
    PackAppend rest = new PackAppend();
    Set<ContentHash> missing = store.missing(group.values().keySet());
    group
        .values()
        .forEach(
            (hash, bytes) -> {
              if (missing.contains(hash)) {
                rest.add(hash, bytes);
              } else {
                batch.add(hash, new BlobBatch.Packed(bytes.remaining(), null, bytes));
              }
            });
    group = new PackAppend();
    return rest;
  }

  /** Waits until at most so many groups are on their way. */
  private boolean place(int left) {
    while (running.size() > left) {
      placeOldest();
    }
    return true;
  }

  /** Takes the places of groups that need not be waited for. */
  private boolean placeSettled() {
    while (!running.isEmpty() && running.element().isSettled()) {
      placeOldest();
    }
    return true;
  }

  /** Puts the places of the group that was handed over first into the batch. */
  private void placeOldest() {
    PackAppend done = running.element();
    done.await()
        .forEach(
            (hash, place) -> batch.add(hash, new BlobBatch.Packed(place.length(), place, null)));
    unnamed += done.bytes();
    running.remove();
  }

  /** Everything for packs is in one, durably, and its places are in the batch; or it is little. */
  private void placeAll() {
    if (appender != null) {
      guarded(() -> isLittle() ? asRows() : append(appender) && place(0));
    }
  }

  /** Whether a wait for a pack would cost more than rows do. */
  private boolean isLittle() {
    return running.isEmpty() && unnamed == 0 && group.bytes() < packLeast;
  }

  private boolean asRows() {
    missing().values().forEach(batch::add);
    return true;
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
    if (holds(hash)) {
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

  /**
   * {@inheritDoc}
   *
   * <p>Waits for no pack. What is little is stored now; what goes to a pack is begun, and named in
   * a later checkpoint that finds it there. So of a slow stream the last two checkpoints are lost
   * at most, and of a fast one what is on its way anyhow and the {@link #PACK_GROUP} before.
   */
  @Override
  public void checkpoint() {
    checkOpen();
    guarded(this::placeSettled);
    if (running.isEmpty() || unnamed >= PACK_GROUP) {
      writeBatch();
    }
    PackAppender to = appender;
    if (to != null && running.size() < MOST_RUNNING && group.bytes() >= packLeast) {
      guarded(() -> append(to));
    }
  }

  boolean writesTo(WriteQueue other) {
    return queue == other;
  }

  /** What a flush would prove. */
  Evidence evidence() {
    return new Evidence(epoch + 1);
  }

  /**
   * Flushes all, and writes a ref in the transaction of the last blobs. A failure is the last act
   * of the first of them; the others keep what they hold.
   */
  static RefOutcome flushAll(
      List<LmdbBlobWriter> writers, WriteQueue queue, LmdbRefStore.CompareAndSet change) {
    writers.forEach(LmdbBlobWriter::checkOpen);
    boolean done = false;
    try {
      writers.forEach(LmdbBlobWriter::placeAll);
      flushBeyond(writers);
      List<LmdbBlobWriter> full = full(writers);
      while (!full.isEmpty()) {
        FlushAndSet.Both both =
            queue.submit(new FlushAndSet(full.stream().map(each -> each.batch).toList(), change));
        for (int i = 0; i < full.size(); i++) {
          full.get(i).stored(both.blobs().get(i));
        }
        if (both.ref() != null) {
          done = true;
          return both.ref();
        }
        full = full(writers);
      }
      RefOutcome outcome = queue.submit(change);
      done = true;
      return outcome;
    } finally {
      if (!done && !writers.isEmpty()) {
        writers.get(0).fail();
      }
    }
  }

  /** Flushes what one transaction should not hold together. */
  private static void flushBeyond(List<LmdbBlobWriter> writers) {
    long bytes = 0;
    for (LmdbBlobWriter each : writers) {
      bytes += each.batch.bytes();
      if (bytes > each.groupBytes) {
        each.write();
        bytes = 0;
      }
    }
  }

  private static List<LmdbBlobWriter> full(List<LmdbBlobWriter> writers) {
    return writers.stream().filter(each -> !each.batch.isEmpty()).toList();
  }

  /** Takes note of what became of the batch; what must be copied again is the next one. */
  private void stored(BlobBatch.Stored outcome) {
    BlobBatch now = batch;
    try {
      totals = totals.plus(outcome.totals());
      batch = again(now, outcome);
    } finally {
      now.discard();
    }
  }

  private void write() {
    placeAll();
    writeBatch();
  }

  private void writeBatch() {
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
    BlobBatch next = newBatch();
    Map<ContentHash, BlobBatch.Large> gone = new LinkedHashMap<>(done.large());
    gone.keySet().retainAll(stored.gone());
    batch = next;
    unnamed = 0;
    done.packed()
        .forEach(
            (hash, value) -> {
              if (stored.gone().contains(hash)) {
                group.add(hash, Objects.requireNonNull(value.bytes()));
              }
            });
    if (!stored.gone().isEmpty()) {
      placeAll();
    }
    gone.forEach(
        (hash, large) ->
            next.add(
                hash,
                new BlobBatch.Large(large.source(), guarded(() -> files.write(large.source())))));
    return batch;
  }

  @Override
  public WriteTotals totals() {
    return totals;
  }

  @Override
  public void close() {
    state = State.CLOSED;
    drop();
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
  private <R extends @Nullable Object> R guarded(Supplier<R> action) {
    boolean done = false;
    try {
      R result = action.get();
      done = true;
      return result;
    } finally {
      if (!done) {
        fail();
      }
    }
  }

  private void fail() {
    state = State.FAILED;
    drop();
  }

  private void drop() {
    batch.discard();
    batch = newBatch();
    group = new PackAppend();
    // The buffers are the caller's again when this returns.
    running.forEach(PackAppend::settle);
    running.clear();
  }
}
