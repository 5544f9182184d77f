package dev.varve.check;

import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads values with several threads, counts, and hands on findings one at a time. Called by one
 * thread. Each thread holds one part of a value.
 */
final class Tally implements AutoCloseable {
  private static final int WAITING_EACH = 16;

  private final VerifiedBlobs blobs;
  private final ValueProof proof;
  private final Consumer<Finding> report;
  private final CheckProgress progress;
  private final ExecutorService pool;
  private final Room room;
  private final AtomicLong objects = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Guards the reporting of findings and the two counts below. */
  private final Object reporting = new Object();

  private long damaged;
  private long missing;

  Tally(
      VerifiedBlobs blobs,
      ValueProof proof,
      int threads,
      Consumer<Finding> report,
      CheckProgress progress) {
    this.blobs = blobs;
    this.proof = proof;
    this.report = report;
    this.progress = progress;
    this.room = new Room(threads * WAITING_EACH);
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "varve-check");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Counts an object that was read and found right. */
  void object(long length) {
    progress.checked(objects.incrementAndGet(), bytes.addAndGet(length));
  }

  /** Queues a value to be read. */
  void value(Entry.Blob blob, Key key, Supplier<List<String>> where) {
    rethrow();
    room.enter();
    pool.execute(
        () -> {
          try {
            read(blob, key, where);
          } catch (Throwable unexpected) {
            failure.compareAndSet(null, unexpected);
          } finally {
            room.leave();
          }
        });
  }

  private void read(Entry.Blob blob, Key key, Supplier<List<String>> where) {
    ContentHash hash = blob.hash();
    try {
      long length = proof.prove("the value of " + key, hash);
      if (length != blob.length()) {
        throw CorruptDataException.malformed(
            "the value of " + key,
            hash.toString(),
            "it has " + length + " bytes, its entry says " + blob.length());
      }
      object(length);
    } catch (MissingBlobException | CorruptDataException bad) {
      damage(Finding.Role.VALUE, hash.toString(), Optional.of(key), where.get(), bad);
    }
  }

  /** Reports one damaged object. */
  void damage(
      Finding.Role role,
      String object,
      Optional<Key> key,
      List<String> where,
      RuntimeException bad) {
    damage(role, object, key, Optional.empty(), where, bad);
  }

  /** Reports one damaged object, below which are the keys after one. */
  void damage(
      Finding.Role role,
      String object,
      Optional<Key> key,
      Optional<Key> after,
      List<String> where,
      RuntimeException bad) {
    Finding.Kind kind = Finding.Kind.DAMAGED;
    Optional<String> expected = Optional.empty();
    Optional<String> actual = Optional.empty();
    if (bad instanceof MissingBlobException) {
      kind = Finding.Kind.MISSING;
      expected = Optional.of(object);
    } else if (bad instanceof CorruptDataException corrupt) {
      expected = Optional.ofNullable(corrupt.expected());
      actual = Optional.ofNullable(corrupt.actual());
      if (actual.isPresent()
          && blobs.readerUnverified().missing(Set.of(ContentHash.parse(actual.get()))).isEmpty()) {
        kind = Finding.Kind.MISPLACED;
      }
    }
    objects.incrementAndGet();
    Finding finding =
        new Finding(
            kind,
            object,
            expected,
            actual,
            role,
            key,
            after,
            where,
            String.valueOf(bad.getMessage()));
    synchronized (reporting) {
      if (kind == Finding.Kind.MISSING) {
        missing++;
      } else {
        damaged++;
      }
      report.accept(finding);
    }
  }

  /** Waits for the values under way. */
  CheckReport finish() {
    room.awaitEmpty();
    rethrow();
    synchronized (reporting) {
      return new CheckReport(objects.get(), bytes.get(), damaged, missing);
    }
  }

  /** A value whose reader failed was not looked at: that must not end as a clean report. */
  private void rethrow() {
    Throwable first = failure.get();
    if (first instanceof Error error) {
      throw error;
    }
    if (first != null) {
      throw first instanceof RuntimeException known ? known : new IllegalStateException(first);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
    try {
      pool.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
