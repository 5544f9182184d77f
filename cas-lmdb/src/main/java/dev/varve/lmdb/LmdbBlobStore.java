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
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Blobs in the tables {@code blobs}, {@code packed}, {@code deltas} and {@code values}.
 * Thread-safe.
 */
final class LmdbBlobStore implements BlobStore, ScannableBlobs, RepairableBlobs {
  /** Up to this many bytes a blob is copied when it is opened: most are then read whole. */
  private static final int EAGER = 1 << 16;

  /** How many hashes one read transaction answers. */
  private static final int MISSING_PART = 4096;

  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final ValueFiles files;
  private final Packs packs;
  private final PackAppender appender;
  private final Bases bases;
  private final BlobRepair repair;
  private final LmdbSettings settings;

  LmdbBlobStore(LmdbEnvironment environment, WriteQueue queue, LmdbSettings settings) {
    this.environment = environment;
    this.queue = queue;
    this.files = new ValueFiles(environment.directory());
    this.packs = new Packs(environment.directory());
    this.appender = new PackAppender(packs, environment.directory(), settings);
    this.bases = new Bases(environment);
    this.repair = new BlobRepair(environment, queue, files, packs);
    this.settings = settings;
  }

  String location() {
    return environment.directory().toString();
  }

  ValueFiles files() {
    return files;
  }

  Packs packs() {
    return packs;
  }

  /** Whether values are kept in packs: not in repositories that are older than these. */
  boolean keepsPacks() {
    return environment.has(Table.PACKED);
  }

  /** Whether blobs are kept as differences to others: not in older repositories. */
  boolean keepsDeltas() {
    return environment.has(Table.DELTAS);
  }

  @Override
  public Optional<StoredBlob> open(ContentHash hash) {
    byte[] key = hash.toBytes();
    Found found =
        environment.read(
            () -> "read blob " + hash.brief(),
            txn -> {
              TableTxn.Row row = txn.row(Table.BLOBS, key, EAGER).orElse(null);
              byte[] place = row == null ? txn.packed(key) : null;
              boolean rest = row == null && place == null;
              DeltaBlobs.Found delta = rest ? DeltaBlobs.find(txn, hash) : null;
              boolean file = rest && delta == null && txn.length(Table.VALUES, key) >= 0;
              return new Found(row, place, delta, file);
            });
    if (found.row != null) {
      return Optional.of(blob(hash, found.row));
    }
    if (found.place != null) {
      PackPlace place = PackPlace.at(hash, found.place);
      return packs.holds(place)
          ? Optional.of(new PackedBlob(packs, hash, place))
          : Optional.empty();
    }
    if (found.delta != null) {
      return Optional.of(found.delta.blob(hash));
    }
    return found.file ? file(hash) : Optional.empty();
  }

  @Override
  public int read(ContentHash hash, long position, ByteBuffer into) {
    Ranges.check(position, into.remaining());
    byte[] key = hash.toBytes();
    if (into.remaining() >= LmdbBlobWriter.PACK_FROM) {
      int copied = fromPack(hash, key, position, into);
      if (copied >= 0) {
        return copied;
      }
    }
    Part part =
        environment.read(
            () -> "read blob " + hash.brief(),
            txn -> {
              int copied = txn.copy(Table.BLOBS, key, position, into);
              return new Part(copied, copied < 0 ? txn.packed(key) : null);
            });
    if (part.place != null) {
      return packs.read(PackPlace.at(hash, part.place), position, into);
    }
    return part.copied >= 0 ? part.copied : BlobStore.super.read(hash, position, into);
  }

  /**
   * Looks where long values mostly are, and nowhere else.
   *
   * @return -1 where the value is not there, for whatever reason
   */
  private int fromPack(ContentHash hash, byte[] key, long position, ByteBuffer into) {
    byte[] row = environment.read(() -> "read blob " + hash.brief(), txn -> txn.packed(key));
    PackPlace place = row == null ? null : PackPlace.find(hash, row).orElse(null);
    return place == null ? -1 : packs.read(place, position, into);
  }

  /**
   * What one transaction knows of a blob: its row, its place in a pack, its difference to another,
   * or that it is a file.
   */
  private record Found(
      TableTxn.@Nullable Row row,
      byte @Nullable [] place,
      DeltaBlobs.@Nullable Found delta,
      boolean file) {}

  /** How many bytes LMDB itself had, or -1; and then the place in a pack, if there is one. */
  private record Part(int copied, byte @Nullable [] place) {}

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
    List<ContentHash> all = HashOrder.of(hashes);
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
      if (txn.length(Table.BLOBS, key) < 0
          && !packs.holds(hash, txn.packed(key))
          && DeltaBlobs.base(txn, hash).isEmpty()) {
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
    // Where nothing can be written, the queue says so, in its words.
    boolean packs = keepsPacks() && !environment.readOnly();
    boolean deltas = keepsDeltas() && !environment.readOnly();
    return new LmdbBlobWriter(
        this, queue, packs ? appender : null, deltas ? bases : null, settings, epoch);
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

  @Override
  public boolean takesAway() {
    return true;
  }

  @Override
  public Optional<Standing> standing(ContentHash hash) {
    return repair.standing(hash);
  }

  @Override
  public Optional<ByteBuffer> over(ContentHash hash, ByteBuffer base) {
    return repair.over(hash, base);
  }

  /** Before the queue is closed, which then has no more to wait for. */
  void closeAppender() {
    appender.close();
  }

  /** After everybody is done. */
  void close() {
    packs.close();
  }
}
