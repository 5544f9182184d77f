package dev.varve.lmdb.cache;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.lmdb.LmdbBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Blobs kept on the local disk by their hash, whatever repository they are of. Thread-safe, and
 * shared by all processes that name the same folder. Nothing depends on what it holds: a blob that
 * is damaged, was evicted, or whose files were deleted under way is not there, and no call fails.
 *
 * <p>Bounded by bytes: four generations of files, the newest being written; when it is full the
 * oldest goes. A blob found in the older half is written again, so what is in use stays.
 *
 * <p>Every value is proved by its hash when it is read. Writing is done by a thread of its own;
 * memory: 32 MiB that wait for it, then callers do.
 */
public final class BlobCache implements AutoCloseable {
  private static final long WAITING_BYTES = 32L << 20;

  private final Path directory;
  private final CacheSettings settings;
  private final Generations generations;
  private final Consumer<String> trouble;
  private final Thread writer;

  // Guarded by this.
  private final Map<ContentHash, ByteBuffer> waiting = new LinkedHashMap<>();
  private long waitingBytes;
  private boolean writing;
  private boolean closing;
  private boolean broken;

  private BlobCache(Path directory, CacheSettings settings, Consumer<String> trouble) {
    this.directory = directory;
    this.settings = settings;
    this.generations = new Generations(directory, settings);
    this.trouble = trouble;
    this.writer = new Thread(this::work, "varve-cache");
    this.writer.setDaemon(true);
  }

  /**
   * The cache in a folder, which is made when something is to be kept.
   *
   * @param trouble is told once, in a sentence, why nothing can be kept from then on
   */
  public static BlobCache open(Path directory, CacheSettings settings, Consumer<String> trouble) {
    BlobCache cache = new BlobCache(directory, settings, trouble);
    cache.writer.start();
    return cache;
  }

  /** The largest blob that is kept, in bytes. */
  public int largest() {
    return settings.blob();
  }

  /** The whole blob, proved by its hash, or empty. The buffer is the caller's to read. */
  public Optional<ByteBuffer> get(ContentHash hash) {
    synchronized (this) {
      ByteBuffer held = waiting.get(hash);
      if (held != null) {
        return Optional.of(held.duplicate());
      }
    }
    for (Generations.Generation generation : generations.newestFirst()) {
      Optional<ByteBuffer> found = read(generation, hash);
      if (found.isPresent()) {
        if (generation.old()) {
          put(hash, found.get());
        }
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<ByteBuffer> read(Generations.Generation generation, ContentHash hash) {
    try {
      Optional<StoredBlob> stored = generation.store().blobs().open(hash);
      if (stored.isEmpty()) {
        return Optional.empty();
      }
      try (StoredBlob blob = stored.get()) {
        if (blob.length() <= settings.blob()) {
          ByteBuffer bytes = blob.read(0, (int) blob.length());
          if (isNamed(hash, bytes)) {
            return Optional.of(bytes);
          }
        }
      }
      // The disk has changed what was written. What else is in that file is no loss.
      generations.retire(generation.name());
    } catch (CorruptDataException damaged) {
      generations.retire(generation.name());
    } catch (StoreException closed) {
      // Closed by a rotation just now, or not readable: not there.
    }
    return Optional.empty();
  }

  /** By whichever algorithm: no bytes have the same name by two. */
  private static boolean isNamed(ContentHash hash, ByteBuffer bytes) {
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      if (algorithm.hash(bytes.duplicate()).equals(hash)) {
        return true;
      }
    }
    return false;
  }

  /** Keeps a copy of the bytes, soon, if they are not too large and have the hash. */
  public void put(ContentHash hash, ByteBuffer bytes) {
    int length = bytes.remaining();
    if (length > settings.blob()) {
      return;
    }
    ByteBuffer copy = ByteBuffer.allocate(length).put(bytes.duplicate()).flip().asReadOnlyBuffer();
    boolean interrupted = false;
    synchronized (this) {
      while (!broken && !closing && waitingBytes > 0 && waitingBytes + length > WAITING_BYTES) {
        try {
          wait();
        } catch (InterruptedException later) {
          interrupted = true;
          break;
        }
      }
      if (!broken && !closing && !interrupted && waiting.putIfAbsent(hash, copy) == null) {
        waitingBytes += length;
        notifyAll();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until everything put so far is on the disk, or was given up. */
  public void flush() {
    boolean interrupted = false;
    synchronized (this) {
      while (!broken && (writing || !waiting.isEmpty())) {
        try {
          wait();
        } catch (InterruptedException later) {
          interrupted = true;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    for (Map<ContentHash, ByteBuffer> batch = next(); !batch.isEmpty(); batch = next()) {
      try {
        // Bytes that are not what they are called would cost a whole generation when read.
        Map<ContentHash, ByteBuffer> right = new LinkedHashMap<>(batch);
        right.entrySet().removeIf(each -> !isNamed(each.getKey(), each.getValue()));
        write(right);
      } finally {
        done(batch);
      }
    }
  }

  private synchronized Map<ContentHash, ByteBuffer> next() {
    while (waiting.isEmpty() && !closing) {
      try {
        wait();
      } catch (InterruptedException told) {
        closing = true;
      }
    }
    Map<ContentHash, ByteBuffer> batch = new LinkedHashMap<>();
    long bytes = 0;
    for (Map.Entry<ContentHash, ByteBuffer> each : waiting.entrySet()) {
      if (bytes >= settings.batch()) {
        break;
      }
      bytes += each.getValue().remaining();
      batch.put(each.getKey(), each.getValue());
    }
    writing = !batch.isEmpty();
    return batch;
  }

  /** Blobs can be had from memory until they can be had from the disk. */
  private synchronized void done(Map<ContentHash, ByteBuffer> batch) {
    batch.forEach(
        (hash, bytes) -> {
          waiting.remove(hash);
          waitingBytes -= bytes.remaining();
        });
    writing = false;
    notifyAll();
  }

  private void write(Map<ContentHash, ByteBuffer> batch) {
    List<LmdbBackend> used = new ArrayList<>();
    for (int attempt = 1; ; attempt++) {
      try {
        generations.write(
            store -> {
              used.add(store);
              try (BlobWriter blobs = store.blobs().writer(0)) {
                batch.forEach(blobs::put);
                blobs.flush();
              }
            });
        return;
      } catch (IOException | RuntimeException failed) {
        if (attempt > 1) {
          giveUp(failed);
          return;
        }
        // Most likely somebody deleted the files. A new generation is the next attempt's.
        generations.retireNewest(used);
      }
    }
  }

  private void giveUp(Exception why) {
    synchronized (this) {
      broken = true;
      waiting.clear();
      waitingBytes = 0;
      notifyAll();
    }
    trouble.accept("nothing more is cached in " + directory + ": " + why.getMessage());
  }

  /** Writes what waits, and closes the files. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    generations.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
