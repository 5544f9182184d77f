package dev.varve.lmdb;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import jnr.ffi.Pointer;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;

/**
 * Read transactions, of which some are kept between uses: to begin one anew takes LMDB's lock on
 * its table of readers and memory from outside of the heap, to renew one neither. One that is kept
 * holds its slot among the readers and no page. Thread-safe, under the lock of {@link
 * LmdbEnvironment}; memory: some hundred bytes for each of {@value #KEPT}.
 */
final class ReadTxns {
  private static final int KEPT = 16;

  private final LmdbEnvironment environment;
  private final Env<Pointer> env;
  private final BlockingQueue<TableTxn> idle = new ArrayBlockingQueue<>(KEPT);

  ReadTxns(LmdbEnvironment environment, Env<Pointer> env) {
    this.environment = environment;
    this.env = env;
  }

  /** A transaction that sees what is committed now; to be ended. Lets lmdbjava's exceptions out. */
  TableTxn begin() {
    TableTxn kept = idle.poll();
    if (kept == null) {
      return new TableTxn(environment, env.txnRead());
    }
    boolean renewed = false;
    try {
      kept.renew();
      renewed = true;
      return kept;
    } finally {
      if (!renewed) {
        keep(kept);
      }
    }
  }

  /**
   * Ends what began.
   *
   * @param again whether it may be used again: nothing failed in it
   */
  void end(TableTxn txn, boolean again) {
    if (again && idle.remainingCapacity() > 0) {
      keep(txn);
    } else {
      txn.close();
    }
  }

  private void keep(TableTxn txn) {
    txn.reset();
    if (!idle.offer(txn)) {
      drop(txn);
    }
  }

  /** LMDB frees only what is live. */
  private static void drop(TableTxn txn) {
    try {
      txn.renew();
      txn.close();
    } catch (LmdbException outgrown) {
      // The map is too small for what another process wrote. What the transaction holds, some
      // hundred bytes and a slot, is freed with the environment and the process.
      txn.reset();
    }
  }

  /** Before the environment is closed. */
  void close() {
    for (TableTxn txn = idle.poll(); txn != null; txn = idle.poll()) {
      drop(txn);
    }
  }
}
