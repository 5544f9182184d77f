package dev.varve.lmdb;

import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Values to append to a pack, and where their writer waits for their places. Settled by the thread
 * of {@link PackSync}, or of {@link PackAppender} where they could not be written; the buffers must
 * not change until then.
 */
final class PackAppend {
  private final Map<ContentHash, ByteBuffer> values = new LinkedHashMap<>();
  private final CountDownLatch settled = new CountDownLatch(1);
  private long bytes;

  // Written by the appending thread before the latch opens, read by the writer's after.
  private @Nullable Map<ContentHash, PackPlace> places;
  private @Nullable StoreException failure;

  void add(ContentHash hash, ByteBuffer value) {
    values.put(hash, value);
    bytes += value.remaining();
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  boolean holds(ContentHash hash) {
    return values.containsKey(hash);
  }

  Map<ContentHash, ByteBuffer> values() {
    return values;
  }

  /** How many bytes of values. */
  long bytes() {
    return bytes;
  }

  void done(Map<ContentHash, PackPlace> found) {
    places = found;
    settled.countDown();
  }

  void failed(StoreException why) {
    failure = why;
    settled.countDown();
  }

  /** Whether nobody would wait for it any more. */
  boolean isSettled() {
    return settled.getCount() == 0;
  }

  /**
   * Where the values are, durably, in order of their arrival. Waits without end; a thread that is
   * interrupted meanwhile is still interrupted afterwards.
   */
  Map<ContentHash, PackPlace> await() {
    settle();
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(places);
  }

  /** Waits until the buffers are not looked at any more, whatever became of them. */
  void settle() {
    boolean interrupted = false;
    while (true) {
      try {
        settled.await();
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
