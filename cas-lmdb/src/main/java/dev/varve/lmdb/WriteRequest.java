package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work for the write transaction that it shares with others, and the place where its
 * caller waits for the outcome. {@code apply} and {@code settle} run on the writer thread, {@link
 * #await} on the caller's.
 *
 * @param <R> the outcome
 */
abstract class WriteRequest<R> {
  private final CountDownLatch settled = new CountDownLatch(1);
  private final String operation;

  // Written by the writer thread before the latch opens, read by the caller after.
  private @Nullable R outcome;
  private @Nullable StoreException refused;
  private @Nullable StoreException failure;

  /** The operation is named in errors, to follow "cannot". */
  WriteRequest(String operation) {
    this.operation = operation;
  }

  String operation() {
    return operation;
  }

  /** How many bytes of values the transaction takes up for this. */
  abstract long bytes();

  /**
   * Does the work and says its outcome, which counts once the transaction is committed. May be
   * called again, from the start, where a transaction was given up; what is thrown as a {@link
   * StoreException} concerns this request alone, and what it changed until then does no harm.
   */
  protected abstract R apply(TableTxn txn);

  /** The outcome where it cannot be told whether the transaction happened. */
  protected abstract R unknown(R outcome, LmdbOutage why);

  /** What left the outcome open, in words, and its cause. */
  record LmdbOutage(String message, Throwable cause) {}

  final void run(TableTxn txn) {
    refused = null;
    outcome = null;
    try {
      outcome = apply(txn);
    } catch (StoreException mine) {
      refused = mine;
    }
  }

  final void committed() {
    failure = refused;
    settled.countDown();
  }

  final void failed(StoreException why) {
    failure = why;
    settled.countDown();
  }

  final void unknown(LmdbOutage why) {
    failure = refused;
    try {
      if (outcome != null) {
        outcome = unknown(outcome, why);
      } else if (refused == null) {
        failure = BackendException.permanent(why.message(), why.cause());
      }
    } catch (StoreException open) {
      failure = open;
    }
    settled.countDown();
  }

  /**
   * The outcome, waited for without end: LMDB cannot be told to stop half-way. A thread interrupted
   * meanwhile is still interrupted afterwards.
   */
  final R await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          settled.await();
          break;
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(outcome);
  }
}
