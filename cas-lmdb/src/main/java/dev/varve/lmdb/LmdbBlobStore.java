package dev.varve.lmdb;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.hash.ContentHash;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;

/** Blobs in the tables {@code blobs} and {@code values}. Thread-safe. */
final class LmdbBlobStore implements BlobStore, ScannableBlobs, RepairableBlobs {
  /** Up to this many bytes a blob is copied when it is opened: most are then read whole. */
  private static final int EAGER = 1 << 16;

  /** How many hashes one read transaction answers. */
  private static final int MISSING_PART = 4096;

  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final ValueFiles files;
  private final BlobRepair repair;
  private final long groupBytes;

  LmdbBlobStore(LmdbEnvironment environment, WriteQueue queue, long groupBytes) {
    this.environment = environment;
    this.queue = queue;
    this.files = new ValueFiles(environment.directory());
    this.repair = new BlobRepair(environment, queue, files);
    this.groupBytes = groupBytes;
  }

  String location() {
    return environment.directory().toString();
  }

  ValueFiles files() {
    return files;
  }

  @Override
  public Optional<StoredBlob> open(ContentHash hash) {
    byte[] key = hash.toBytes();
    Found found =
        environment.read(
            () -> "read blob " + hash.brief(),
            txn -> {
              Optional<TableTxn.Row> row = txn.row(Table.BLOBS, key, EAGER);
              return new Found(row, row.isEmpty() && txn.length(Table.VALUES, key) >= 0);
            });
    return found.row.isPresent()
        ? Optional.of(blob(hash, found.row.get()))
        : found.file ? file(hash) : Optional.empty();
  }

  @Override
  public int read(ContentHash hash, long position, ByteBuffer into) {
    Ranges.check(position, into.remaining());
    byte[] key = hash.toBytes();
    int copied =
        environment.read(
            () -> "read blob " + hash.brief(), txn -> txn.copy(Table.BLOBS, key, position, into));
    return copied >= 0 ? copied : BlobStore.super.read(hash, position, into);
  }

  /** What one transaction knows of a blob: its row, or that it is a file. */
  private record Found(Optional<TableTxn.Row> row, boolean file) {}

  private StoredBlob blob(ContentHash hash, TableTxn.Row row) {
    byte[] bytes = row.value();
    return bytes == null ? new RowBlob(environment, hash, row.length()) : new HeldBlob(bytes);
  }

  private Optional<StoredBlob> file(ContentHash hash) {
    RandomAccessFile file = files.open(hash);
    return file == null ? Optional.empty() : Optional.of(FileBlob.of(file, hash, location()));
  }

  /** Whether a value of this length is stored as a file. */
  boolean holdsFile(ContentHash hash, long length) {
    boolean row =
        environment.read(
            () -> "look for blob " + hash.brief(),
            txn -> txn.length(Table.VALUES, hash.toBytes()) >= 0);
    return row && files.holds(hash, length);
  }

  @Override
  public Set<ContentHash> missing(Collection<ContentHash> hashes) {
    Set<ContentHash> missing = new HashSet<>();
    // In LMDB's order: neighbours are found on the same pages.
    ContentHash[] sorted = hashes.toArray(ContentHash[]::new);
    Arrays.sort(sorted);
    List<ContentHash> all = Arrays.asList(sorted);
    for (int from = 0; from < all.size(); from += MISSING_PART) {
      List<ContentHash> part = all.subList(from, Math.min(all.size(), from + MISSING_PART));
      List<ContentHash> absent = environment.read(() -> "look for blobs", txn -> absent(txn, part));
      missing.addAll(absent);
    }
    return missing;
  }

  private List<ContentHash> absent(TableTxn txn, List<ContentHash> hashes) {
    List<ContentHash> absent = new ArrayList<>();
    ContentHash before = null;
    for (ContentHash hash : hashes) {
      if (hash.equals(before)) {
        continue;
      }
      before = hash;
      byte[] key = hash.toBytes();
      if (txn.length(Table.BLOBS, key) < 0) {
        byte[] row = txn.get(Table.VALUES, key, Long.BYTES);
        if (row == null || !files.holds(hash, LmdbLayout.length(hash, row))) {
          absent.add(hash);
        }
      }
    }
    return absent;
  }

  @Override
  public BlobWriter writer(long epoch) {
    return new LmdbBlobWriter(this, queue, files, groupBytes, epoch);
  }

  @Override
  public void scan(ObjLongConsumer<ContentHash> each) {
    BlobScan.scan(environment, each);
  }

  @Override
  public Optional<String> replace(ContentHash hash, ValueSource proven) {
    return repair.replace(hash, proven);
  }

  @Override
  public Optional<String> moveAside(ContentHash hash, Predicate<StoredBlob> damaged) {
    return repair.moveAside(hash, damaged);
  }
}
