package dev.varve.zarr;

import dev.varve.version.Snapshot;
import dev.zarr.zarrjava.store.Store;
import dev.zarr.zarrjava.store.StoreHandle;
import java.nio.ByteBuffer;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as a store of zarr-java, to read. Only an absent key is null; what cannot be read or
 * proved is a {@link dev.varve.error.StoreException}. Listing asks the manifest, never the chunks.
 * A name that is both a key and a directory is listed twice. Immutable, thread-safe.
 */
public final class SnapshotStore implements Store, Store.ListableStore {
  private final Snapshot snapshot;
  private final StoreReads reads;

  /** The store of one commit. */
  public SnapshotStore(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.reads = new StoreReads(snapshot);
  }

  @Override
  public boolean exists(String[] keys) {
    return reads.exists(keys);
  }

  @Override
  public @Nullable ByteBuffer get(String[] keys) {
    return reads.get(keys).orElse(null);
  }

  /** From {@code start}, or for a negative one, so many bytes from the end. */
  @Override
  public @Nullable ByteBuffer get(String[] keys, long start) {
    return reads.get(keys, start, -1).orElse(null);
  }

  /** From {@code start}, likewise, up to but without {@code end}; -1 is the end of the value. */
  @Override
  public @Nullable ByteBuffer get(String[] keys, long start, long end) {
    return reads.get(keys, start, end).orElse(null);
  }

  /** Always refused: a snapshot never changes. */
  @Override
  public void set(String[] keys, ByteBuffer bytes) {
    throw refused("write", keys);
  }

  /** Always refused, likewise. */
  @Override
  public void delete(String[] keys) {
    throw refused("delete", keys);
  }

  private UnsupportedOperationException refused(String what, String[] keys) {
    return new UnsupportedOperationException(
        "cannot "
            + what
            + " "
            + StoreReads.path(keys)
            + ": a snapshot is read-only; use a TransactionStore");
  }

  @Override
  public StoreHandle resolve(String... keys) {
    return new StoreHandle(this, keys);
  }

  /** The names directly below a directory; none where nothing is there. */
  @Override
  public Stream<String> list(String[] keys) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            reads.list(keys), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  /** As in {@code varve:3fa9c1d2}. */
  @Override
  public String toString() {
    return "varve:" + snapshot.id().brief();
  }
}
