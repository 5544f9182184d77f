package dev.varve.lmdb;

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
  private final Map<ContentHash, Base> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, Base> eldest) {
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

  /**
   * The row of a blob as a difference to the one that it replaces, or to that one's own base; null
   * where it is to be stored whole.
   *
   * @param blob has that hash
   */
  @Nullable DeltaRow difference(ContentHash hash, ByteBuffer blob, ContentHash replaced) {
    byte[] bytes = new byte[blob.remaining()];
    blob.duplicate().get(bytes);
    Base base = base(replaced);
    DeltaRow row = base == null ? null : DeltaRow.of(hash, bytes, base);
    synchronized (kept) {
      kept.put(hash, row == null || base == null ? Base.of(hash, bytes) : base);
    }
    return row;
  }

  private @Nullable Base base(ContentHash replaced) {
    synchronized (kept) {
      Base known = kept.get(replaced);
      if (known != null) {
        return known;
      }
    }
    byte[] key = replaced.toBytes();
    Base found = environment.read(() -> "read blob " + replaced.brief(), txn -> read(txn, key));
    return found != null && isProved(found) ? found : null;
  }

  private static @Nullable Base read(TableTxn txn, byte[] key) {
    ContentHash hash = ContentHash.of(key);
    byte[] whole = txn.base(hash);
    if (whole != null) {
      return Base.of(hash, whole);
    }
    ContentHash base = DeltaBlobs.base(txn, hash).orElse(null);
    byte[] bytes = base == null ? null : txn.base(base);
    return base == null || bytes == null ? null : Base.of(base, bytes);
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
