package dev.varve.lmdb;

import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The blobs of one flush. Filled by the writer that owns it, then applied by the writer thread.
 *
 * <p>Rows go in by order of hash, so neighbours fill the same pages. What is stored already is not
 * copied, only taken off the candidates of a collection, and its base with it: a base must not be
 * collected while anything is a difference to it.
 */
final class BlobBatch extends WriteRequest<BlobBatch.Stored> {
  /** What a row costs besides its value, in this batch and in the transaction, roughly. */
  private static final int ROW = 256;

  private final ValueFiles files;
  private final Packs packs;
  private final Map<ContentHash, ByteBuffer> whole = new TreeMap<>();
  private final Map<ContentHash, Near> near = new TreeMap<>();
  private final Map<ContentHash, Large> large = new TreeMap<>();
  private final Map<ContentHash, Packed> packed = new TreeMap<>();
  private long bytes;

  /**
   * A value that is a file. {@code incoming} is null while it is believed to be stored already:
   * then nothing was copied.
   */
  record Large(ValueSource source, ValueFiles.@Nullable Incoming incoming) {}

  /**
   * A value that is in a pack, durably. {@code place} is null while it is believed to be stored
   * already: then nothing was appended, and the bytes are held in case it is not.
   */
  record Packed(int length, @Nullable PackPlace place, @Nullable ByteBuffer bytes) {}

  /** A blob with its difference to another, for the case that this one is stored. */
  record Near(ByteBuffer bytes, DeltaRow row) {}

  /**
   * What became of the batch.
   *
   * @param gone those believed stored that were not any more; they must be copied and applied again
   */
  record Stored(WriteTotals totals, Set<ContentHash> gone) {}

  BlobBatch(ValueFiles files, Packs packs) {
    super("store blobs");
    this.files = files;
    this.packs = packs;
  }

  boolean isEmpty() {
    return whole.isEmpty() && near.isEmpty() && large.isEmpty() && packed.isEmpty();
  }

  boolean holds(ContentHash hash) {
    return whole.containsKey(hash)
        || near.containsKey(hash)
        || large.containsKey(hash)
        || packed.containsKey(hash);
  }

  void add(ContentHash hash, ByteBuffer value) {
    bytes += value.remaining() + ROW;
    whole.put(hash, value);
  }

  void add(ContentHash hash, Large value) {
    // The bytes are in a file; what is held is that file, open.
    bytes += ROW;
    large.put(hash, value);
  }

  void add(ContentHash hash, Packed value) {
    bytes += ROW + (value.place() == null ? value.length() : 0);
    packed.put(hash, value);
  }

  void add(ContentHash hash, Near value) {
    bytes += value.bytes().remaining() + value.row().row().length + ROW;
    near.put(hash, value);
  }

  int files() {
    return large.size();
  }

  Map<ContentHash, Large> large() {
    return large;
  }

  Map<ContentHash, Packed> packed() {
    return packed;
  }

  @Override
  long bytes() {
    return bytes;
  }

  @Override
  protected Stored apply(TableTxn txn) {
    Tally tally = new Tally();
    // Bases are whole, so those that are new stand there when the differences come.
    whole.forEach((hash, value) -> applyWhole(txn, hash, value, null, tally));
    near.forEach((hash, value) -> applyWhole(txn, hash, value.bytes(), value.row(), tally));
    packed.forEach((hash, value) -> applyPacked(txn, hash, value, tally));
    large.forEach((hash, value) -> applyLarge(txn, hash, value, tally));
    return new Stored(
        new WriteTotals(tally.written, tally.bytesWritten, tally.reused, tally.bytesReused),
        tally.gone);
  }

  /**
   * Stores a blob as a row.
   *
   * @param delta its difference to another, or null where it is to be stored whole
   */
  private static void applyWhole(
      TableTxn txn, ContentHash hash, ByteBuffer value, @Nullable DeltaRow delta, Tally tally) {
    byte[] key = hash.toBytes();
    boolean row = txn.length(Table.BLOBS, key) >= 0;
    ContentHash base = row ? null : DeltaBlobs.base(txn, hash).orElse(null);
    if (row || base != null) {
      txn.delete(Table.CANDIDATES, key);
      tally.reused(value.remaining());
    } else if (delta != null && txn.length(Table.BLOBS, delta.base().toBytes()) >= 0) {
      txn.put(Table.DELTAS, key, ByteBuffer.wrap(delta.row()));
      base = delta.base();
      tally.written(delta.row().length);
    } else {
      txn.put(Table.BLOBS, key, value);
      // One that is there is damaged or has lost its base.
      txn.delete(Table.DELTAS, key);
      tally.written(value.remaining());
    }
    if (base != null) {
      txn.delete(Table.CANDIDATES, base.toBytes());
    }
  }

  private void applyPacked(TableTxn txn, ContentHash hash, Packed value, Tally tally) {
    byte[] key = hash.toBytes();
    boolean row = txn.length(Table.BLOBS, key) >= 0;
    if (!row && value.place() != null) {
      // It was seen missing, so a row that is there may be of a pack that was lost or cut.
      txn.put(Table.PACKED, key, value.place().row(hash));
      txn.delete(Table.CANDIDATES, key);
      tally.written(value.length());
    } else if (row || packs.holds(hash, txn.packed(key))) {
      txn.delete(Table.CANDIDATES, key);
      tally.reused(value.length());
    } else {
      tally.gone.add(hash);
    }
  }

  private void applyLarge(TableTxn txn, ContentHash hash, Large value, Tally tally) {
    byte[] key = hash.toBytes();
    long length = value.source().length();
    byte[] row = txn.get(Table.VALUES, key, Blobs.MAX_WHOLE);
    // A row whose file was lost is no blob: the value is stored anew.
    if (row != null && files.holds(hash, LmdbLayout.length(hash, row))) {
      txn.delete(Table.CANDIDATES, key);
      tally.reused(length);
    } else if (value.incoming() == null) {
      tally.gone.add(hash);
    } else {
      value.incoming().name(hash);
      txn.put(Table.VALUES, key, LmdbLayout.lengthRow(length));
      tally.written(length);
    }
  }

  /**
   * A flush may keep any part of a batch, so whether this part is there is left to the next try.
   */
  @Override
  protected Stored unknown(Stored stored, LmdbOutage why) {
    throw BackendException.permanent(why.message(), why.cause());
  }

  /** Removes the files that were not named. */
  void discard() {
    large
        .values()
        .forEach(
            each -> {
              if (each.incoming() != null) {
                each.incoming().close();
              }
            });
  }

  private static final class Tally {
    private final Set<ContentHash> gone = new HashSet<>();
    private long written;
    private long bytesWritten;
    private long reused;
    private long bytesReused;

    void written(long length) {
      written++;
      bytesWritten += length;
    }

    void reused(long length) {
      reused++;
      bytesReused += length;
    }
  }
}
