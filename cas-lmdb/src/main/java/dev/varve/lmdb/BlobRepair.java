package dev.varve.lmdb;

import dev.varve.blob.Blobs;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Replaces damaged blobs. Thread-safe. What is kept aside is durable before the row or the file
 * that held it changes. Holds one value of up to {@link Blobs#MAX_WHOLE} bytes, or one part of a
 * larger.
 */
final class BlobRepair implements RepairableBlobs {
  private final LmdbEnvironment environment;
  private final WriteQueue queue;
  private final ValueFiles files;
  private final Packs packs;
  private final AsideFiles aside;

  BlobRepair(LmdbEnvironment environment, WriteQueue queue, ValueFiles files, Packs packs) {
    this.environment = environment;
    this.queue = queue;
    this.files = files;
    this.packs = packs;
    this.aside = new AsideFiles(environment.directory());
  }

  @Override
  public Optional<String> replace(ContentHash hash, ValueSource proven) {
    if (proven.length() <= Blobs.MAX_WHOLE) {
      ByteBuffer bytes = whole(proven);
      Optional<Path> place = keep(hash);
      queue.submit(ReplaceBlob.by(hash, bytes));
      return place.map(Path::toString);
    }
    try (ValueFiles.Incoming incoming = files.write(proven)) {
      Optional<Path> place = keep(hash);
      queue.submit(ReplaceBlob.by(hash, incoming, proven.length()));
      return place.map(Path::toString);
    }
  }

  private static ByteBuffer whole(ValueSource source) {
    try {
      return ByteBuffer.wrap(source.whole());
    } catch (IOException failed) {
      throw BackendException.permanent(
          "cannot store " + source.label() + ": " + failed.getMessage(), failed);
    }
  }

  @Override
  public Optional<String> moveAside(ContentHash hash, Predicate<StoredBlob> damaged) {
    return queue.submit(new TakeBlobAway(hash, damaged, files, packs, aside)).map(Path::toString);
  }

  @Override
  public boolean takesAway() {
    return true;
  }

  @Override
  public Optional<Standing> standing(ContentHash hash) {
    byte[] row = delta(hash);
    boolean right = row != null && DeltaRow.find(hash, row).isPresent();
    return mended(hash, row).map(found -> new Standing(found.base(), right));
  }

  @Override
  public Optional<ByteBuffer> over(ContentHash hash, ByteBuffer base) {
    byte[] bytes = new byte[base.remaining()];
    base.duplicate().get(bytes);
    return mended(hash, delta(hash)).flatMap(row -> row.apply(bytes)).map(ByteBuffer::wrap);
  }

  /** The row of a blob that is stored so and no other way. */
  private byte @Nullable [] delta(ContentHash hash) {
    return environment.read(
        () -> "read blob " + hash.brief(),
        txn -> {
          byte[] key = hash.toBytes();
          boolean other = txn.length(Table.BLOBS, key) >= 0 || txn.packed(key) != null;
          return other ? null : txn.delta(key);
        });
  }

  private static Optional<DeltaRow> mended(ContentHash hash, byte @Nullable [] row) {
    return row == null ? Optional.empty() : DeltaRow.mended(hash, row);
  }

  /** Keeps what is read under the hash, as {@link LmdbBlobStore} would. */
  private Optional<Path> keep(ContentHash hash) {
    byte[] row = row(Table.BLOBS, hash);
    byte[] packed = row == null ? row(Table.PACKED, hash) : null;
    if (packed == null) {
      byte[] bytes = row == null ? row(Table.DELTAS, hash) : row;
      return bytes == null ? moveFile(hash) : kept(hash, bytes);
    }
    PackPlace place = PackPlace.find(hash, packed).orElse(null);
    if (place == null) {
      return kept(hash, packed);
    }
    return packs.holds(place)
        ? Optional.of(aside.keep(hash.toString(), new PackedBlob(packs, hash, place)))
        : Optional.empty();
  }

  private byte @Nullable [] row(Table table, ContentHash hash) {
    return environment.read(
        () -> "read blob " + hash.brief(),
        txn -> txn.get(table, hash.toBytes(), Integer.MAX_VALUE));
  }

  private Optional<Path> kept(ContentHash hash, byte[] row) {
    return Optional.of(aside.keep(hash.toString(), ByteBuffer.wrap(row)));
  }

  private Optional<Path> moveFile(ContentHash hash) {
    return Optional.ofNullable(
        aside.move(hash.toString(), LmdbLayout.valueFile(environment.directory(), hash)));
  }
}
