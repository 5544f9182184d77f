package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Moves a damaged blob aside. All of it happens in the write transaction, so nobody mends the blob
 * between the look at it and its end.
 */
final class TakeBlobAway extends WriteRequest<Optional<Path>> {
  private final ContentHash hash;
  private final Predicate<StoredBlob> damaged;
  private final ValueFiles files;
  private final Packs packs;
  private final AsideFiles aside;

  TakeBlobAway(
      ContentHash hash,
      Predicate<StoredBlob> damaged,
      ValueFiles files,
      Packs packs,
      AsideFiles aside) {
    super("move blob " + hash.brief() + " aside");
    this.hash = hash;
    this.damaged = damaged;
    this.files = files;
    this.packs = packs;
    this.aside = aside;
  }

  @Override
  long bytes() {
    return 0;
  }

  @Override
  protected Optional<Path> apply(TableTxn txn) {
    byte[] key = hash.toBytes();
    byte[] row = txn.get(Table.BLOBS, key, Integer.MAX_VALUE);
    if (row == null) {
      byte[] packed = txn.packed(key);
      byte[] delta = packed == null ? txn.get(Table.DELTAS, key, Integer.MAX_VALUE) : null;
      if (delta != null) {
        return delta(txn, key, delta);
      }
      return packed == null ? file() : packed(txn, key, packed);
    }
    if (!damaged.test(new HeldBlob(row))) {
      return Optional.empty();
    }
    Path kept = aside.keep(hash.toString(), ByteBuffer.wrap(row));
    txn.delete(Table.BLOBS, key);
    return Optional.of(kept);
  }

  /** The bytes stay in the pack, which only grows, and are copied for whoever wants to look. */
  private Optional<Path> packed(TableTxn txn, byte[] key, byte[] row) {
    PackPlace place = PackPlace.find(hash, row).orElse(null);
    if (place == null) {
      Path kept = aside.keep(hash.toString(), ByteBuffer.wrap(row));
      txn.delete(Table.PACKED, key);
      return Optional.of(kept);
    }
    if (!packs.holds(place)) {
      // As with a file that is lost: it is no blob, and the next put writes it anew.
      return Optional.empty();
    }
    StoredBlob blob = new PackedBlob(packs, hash, place);
    if (!damaged.test(blob)) {
      return Optional.empty();
    }
    Path kept = aside.keep(hash.toString(), blob);
    txn.delete(Table.PACKED, key);
    return Optional.of(kept);
  }

  /**
   * A row that is right stays where its base is what is damaged or missing: it tells the blob again
   * as soon as the base has its bytes.
   */
  private Optional<Path> delta(TableTxn txn, byte[] key, byte[] row) {
    DeltaRow found = DeltaRow.find(hash, row).orElse(null);
    if (found != null) {
      byte[] base = txn.get(Table.BLOBS, found.base().toBytes(), Integer.MAX_VALUE);
      if (base == null
          || !Bases.isProved(found.base(), base)
          || found.apply(base).filter(blob -> !damaged.test(new HeldBlob(blob))).isPresent()) {
        return Optional.empty();
      }
    }
    Path kept = aside.keep(hash.toString(), ByteBuffer.wrap(row));
    txn.delete(Table.DELTAS, key);
    return Optional.of(kept);
  }

  /** The row of a file stays: without its file it is no blob, and the next put writes both. */
  private Optional<Path> file() {
    RandomAccessFile file = files.open(hash);
    if (file == null) {
      return Optional.empty();
    }
    try (StoredBlob blob = FileBlob.of(file, hash, "values")) {
      if (!damaged.test(blob)) {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(aside.move(hash.toString(), files.path(hash)));
  }

  @Override
  protected Optional<Path> unknown(Optional<Path> outcome, LmdbOutage why) {
    throw BackendException.permanent(why.message(), why.cause());
  }
}
