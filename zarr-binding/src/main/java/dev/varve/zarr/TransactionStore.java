package dev.varve.zarr;

import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Transaction;
import dev.zarr.zarrjava.store.Store;
import dev.zarr.zarrjava.store.StoreHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as a store of zarr-java, to read and write. What is written is seen through this
 * store at once, and by everybody else with the commit. Thread-safe: calls take turns at the
 * transaction, which nobody else may use meanwhile, but through {@link #commit}.
 */
public final class TransactionStore implements Store, Store.ListableStore {
  /** Guarded by this store's monitor. */
  private final Transaction transaction;

  /** Likewise. */
  private final StoreReads reads;

  /** The store of one transaction, which the caller commits or closes. */
  public TransactionStore(Transaction transaction) {
    this.transaction = transaction;
    this.reads = new StoreReads(transaction);
  }

  @Override
  public synchronized boolean exists(String[] keys) {
    return reads.exists(keys);
  }

  @Override
  public synchronized @Nullable ByteBuffer get(String[] keys) {
    return reads.get(keys).orElse(null);
  }

  /** From {@code start}, or for a negative one, so many bytes from the end. */
  @Override
  public synchronized @Nullable ByteBuffer get(String[] keys, long start) {
    return reads.get(keys, start, -1).orElse(null);
  }

  /** From {@code start}, likewise, up to but without {@code end}; -1 is the end of the value. */
  @Override
  public synchronized @Nullable ByteBuffer get(String[] keys, long start, long end) {
    return reads.get(keys, start, end).orElse(null);
  }

  /** Sets a key to the buffer's remaining bytes, which are copied. */
  @Override
  public void set(String[] keys, ByteBuffer bytes) {
    Key key = Key.of(StoreReads.path(keys));
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    synchronized (this) {
      transaction.put(key, copy);
    }
  }

  /** Removes a key; nothing where it is absent. */
  @Override
  public synchronized void delete(String[] keys) {
    transaction.delete(Key.of(StoreReads.path(keys)));
  }

  @Override
  public StoreHandle resolve(String... keys) {
    return new StoreHandle(this, keys);
  }

  /** The names directly below a directory, as they are now. */
  @Override
  public synchronized Stream<String> list(String[] keys) {
    List<String> names = new ArrayList<>();
    reads.list(keys).forEachRemaining(names::add);
    return names.stream();
  }

  /** Commits what was written, after every call that is under way. */
  public synchronized CommitOutcome commit(CommitInfo info) {
    return transaction.commit(info);
  }

  /** As in {@code varve:main}. */
  @Override
  public String toString() {
    return "varve:" + transaction.branch();
  }
}
