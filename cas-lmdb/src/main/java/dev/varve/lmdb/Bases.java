package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the differences of new blobs are made to, with bytes that are known to be right: from
 * whoever put them, or read and proved by their hash. Thread-safe. Holds up to {@link #MAX_KEPT} of
 * them, of less than 32 KiB each.
 *
 * <p>That a base is kept here does not say that it is stored: who writes the row of a difference
 * looks in the same transaction.
 */
final class Bases {
  private static final int MAX_KEPT = 256;

  private final LmdbEnvironment environment;

  /** By the blob that a new one replaces; the one not used for longest goes. Guarded by itself. */
  private final Map<ContentHash, Kept> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, Kept> eldest) {
          return size() > MAX_KEPT;
        }
      };

  Bases(LmdbEnvironment environment) {
    this.environment = environment;
  }

  /**
   * A blob to which there may be differences. Its bytes are not to be changed.
   *
   * @param check of its bytes, see {@link DeltaRow}
   */
  record Base(ContentHash hash, byte[] bytes, int check) {
    static Base of(ContentHash hash, byte[] bytes) {
      return new Base(hash, bytes, DeltaRow.checkOf(bytes));
    }
  }

  /** The base of a blob, and the count of its row; 0 where it is its own base. */
  private record Kept(Base base, int count) {}

  /**
   * The row of a blob as a difference to the one that it replaces, or to that one's own base; null
   * where it is to be stored whole.
   *
   * @param blob has that hash
   */
  @Nullable DeltaRow difference(ContentHash hash, ByteBuffer blob, ContentHash replaced) {
    byte[] bytes = new byte[blob.remaining()];
    blob.duplicate().get(bytes);
    Kept at = at(replaced);
    DeltaRow row = at == null ? null : DeltaRow.of(hash, bytes, at.base(), at.count());
    synchronized (kept) {
      // One that is known is stored as it was, wherever it comes back to.
      if (kept.get(hash) == null) {
        kept.put(
            hash,
            row == null || at == null
                ? new Kept(Base.of(hash, bytes), 0)
                : new Kept(at.base(), row.count()));
      }
    }
    return row;
  }

  private @Nullable Kept at(ContentHash replaced) {
    synchronized (kept) {
      Kept known = kept.get(replaced);
      if (known != null) {
        return known;
      }
    }
    try {
      Kept found =
          environment.read(() -> "read blob " + replaced.brief(), txn -> read(txn, replaced));
      return found != null && isProved(found.base()) ? found : null;
    } catch (CorruptDataException damaged) {
      // What is replaced is not needed; whoever reads it is told.
      return null;
    }
  }

  private static @Nullable Kept read(TableTxn txn, ContentHash hash) {
    byte[] whole = txn.base(hash);
    if (whole != null) {
      return new Kept(Base.of(hash, whole), 0);
    }
    DeltaRow row = DeltaBlobs.row(txn, hash).orElse(null);
    byte[] bytes = row == null ? null : txn.base(row.base());
    return row == null || bytes == null ? null : new Kept(Base.of(row.base(), bytes), row.count());
  }

  /** A difference to damaged bytes would be wrong over the right ones. */
  private static boolean isProved(Base base) {
    return isProved(base.hash(), base.bytes());
  }

  /** Whether bytes have a hash, by any of the algorithms: this driver is not told which. */
  static boolean isProved(ContentHash hash, byte[] bytes) {
    for (HashAlgorithm each : HashAlgorithm.values()) {
      if (each.hash(ByteBuffer.wrap(bytes)).equals(hash)) {
        return true;
      }
    }
    return false;
  }
}
