package dev.varve.s3;

import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One value that is too large for a buffer, uploaded in parts side by side. Nothing is visible
 * before the parts are joined, and they are joined only when the source was read to its end without
 * failing, which is its word for the hash. One thread, used once.
 *
 * <p>Parts have 8 MiB, or for values beyond 78 GiB a ten-thousandth of the value (105 MiB for the
 * longest). Those under way are within the memory of {@link Workers}; one more is being read.
 */
final class PartsUpload {
  /** More than S3 allows no upload to have. */
  private static final int MAX_PARTS = 10_000;

  private final Bucket bucket;
  private final Workers workers;
  private final Attempts attempts;
  private final String key;
  private final ValueSource source;
  private final ConcurrentSkipListMap<Integer, Bucket.Part> parts = new ConcurrentSkipListMap<>();

  /** Guards the two fields below. */
  private final Object lock = new Object();

  private int underWay;
  private @Nullable RuntimeException failure;

  PartsUpload(Bucket bucket, Workers workers, Attempts attempts, String key, ValueSource source) {
    this.bucket = bucket;
    this.workers = workers;
    this.attempts = attempts;
    this.key = key;
    this.source = source;
  }

  static int partLength(long length) {
    return (int) Math.max(Blobs.MAX_WHOLE, (length + MAX_PARTS - 1) / MAX_PARTS);
  }

  /** Whether this call stored the value; false where it was there. */
  boolean store() {
    if (attempts.read(() -> bucket.length(key)).isPresent()) {
      return false;
    }
    String upload = attempts.read(() -> bucket.beginParts(key));
    boolean joined = false;
    try {
      send(upload);
      List<Bucket.Part> all = new ArrayList<>(parts.values());
      boolean written =
          S3BlobWriter.stored(
              new ConditionalWrite(attempts)
                  .write(
                      () -> bucket.joinParts(key, upload, all),
                      () ->
                          bucket.length(key).isPresent()
                              ? ConditionalWrite.Look.THEIRS
                              : ConditionalWrite.Look.NOTHING));
      joined = written;
      return written;
    } finally {
      if (!joined) {
        drop(upload);
      }
    }
  }

  /**
   * Stores the value over whatever is there. Who asks for it reads it afterwards: where the answer
   * to the join was lost, that the upload is gone is all there is to say that it was joined.
   */
  void storeOver() {
    String upload = attempts.read(() -> bucket.beginParts(key));
    boolean joined = false;
    try {
      send(upload);
      List<Bucket.Part> all = new ArrayList<>(parts.values());
      joined = joinOver(upload, all);
    } finally {
      if (!joined) {
        drop(upload);
      }
    }
  }

  private boolean joinOver(String upload, List<Bucket.Part> all) {
    AtomicBoolean inDoubt = new AtomicBoolean();
    return attempts.read(
        () -> {
          try {
            bucket.joinPartsOver(key, upload, all);
          } catch (S3Failure failed) {
            if (failed.kind() != S3Failure.Kind.GONE || !inDoubt.get()) {
              inDoubt.set(true);
              throw failed;
            }
          }
          return true;
        });
  }

  private void send(String upload) {
    int size = partLength(source.length());
    try (InputStream in = source.open()) {
      long left = source.length();
      for (int number = 1; left > 0; number++) {
        byte[] bytes = in.readNBytes((int) Math.min(size, left));
        left -= bytes.length;
        if (bytes.length < size && left > 0) {
          throw new IOException("it ended " + left + " bytes early");
        }
        begin(upload, number, bytes);
      }
      if (in.read() >= 0) {
        throw new IOException("it has more than the " + source.length() + " bytes promised");
      }
    } catch (IOException broken) {
      throw unreadable(source, broken);
    } catch (InterruptedException interrupted) {
      throw Workers.interrupted("store " + source.label() + " in " + bucket.location());
    } finally {
      settle();
    }
    synchronized (lock) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void begin(String upload, int number, byte[] bytes) throws InterruptedException {
    synchronized (lock) {
      if (failure != null) {
        throw failure;
      }
      underWay++;
    }
    boolean handed = false;
    try {
      workers.run(bytes.length, () -> sendPart(upload, number, bytes));
      handed = true;
    } finally {
      if (!handed) {
        ended(null);
      }
    }
  }

  /**
   * A part sent twice replaces itself, so every failure that passes is answered by sending again.
   */
  private void sendPart(String upload, int number, byte[] bytes) {
    RuntimeException failed = null;
    try {
      parts.put(number, attempts.read(() -> bucket.putPart(key, upload, number, bytes)));
    } catch (RuntimeException bad) {
      failed = bad;
    } catch (Error broken) {
      // Parts are joined as they are: one that is not there would be a gap in the value.
      failed = BackendException.permanent("cannot store part " + number + ": " + broken, broken);
      throw broken;
    } finally {
      ended(failed);
    }
  }

  private void ended(@Nullable RuntimeException failed) {
    synchronized (lock) {
      underWay--;
      if (failed != null && failure == null) {
        failure = failed;
      }
      lock.notifyAll();
    }
  }

  /** Waits for the parts under way: one that came after the upload was dropped would stay. */
  private void settle() {
    boolean interrupted = false;
    synchronized (lock) {
      while (underWay > 0) {
        try {
          lock.wait();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Only space is at stake; the bucket's own rule for unfinished uploads frees what stays. */
  private void drop(String upload) {
    try {
      bucket.dropParts(key, upload);
    } catch (S3Failure kept) {
      synchronized (lock) {
        if (failure != null) {
          failure.addSuppressed(kept);
        }
      }
    }
  }

  static BackendException unreadable(ValueSource source, IOException broken) {
    return BackendException.permanent(
        "cannot store " + source.label() + ": " + broken.getMessage(), broken);
  }
}
