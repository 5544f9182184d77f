package dev.varve.sync;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.version.Repository;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Objects on their way from the sender, read and proved side by side, to the receiver's writer, in
 * the order in which they were asked for. One thread; its readers have their own. Bounded in number
 * and bytes by {@link SyncSettings}.
 */
final class Window implements AutoCloseable {
  private final Repository from;
  private final BlobWriter writer;
  private final SyncSettings settings;
  private final Consumer<Wanted> sent;
  private final ExecutorService readers;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final ArrayDeque<Loading> loading = new ArrayDeque<>();
  private long bytes;

  private record Loading(Wanted wanted, Future<ByteBuffer> value) {}

  /** Tells {@code sent} of every object that the writer has taken. */
  Window(Repository from, BlobWriter writer, SyncSettings settings, Consumer<Wanted> sent) {
    this.from = from;
    this.writer = writer;
    this.settings = settings;
    this.sent = sent;
    this.readers = DaemonThreads.pool("varve-sync-read", settings.readers());
  }

  /** Sends an object, sooner or later. */
  void send(Wanted wanted) throws InterruptedException {
    if (wanted.length() > Blobs.MAX_WHOLE) {
      drain();
      writer.put(wanted.hash(), from.blobs().source(wanted.what(), wanted.hash()));
      sent.accept(wanted);
      return;
    }
    while (!loading.isEmpty()
        && (loading.size() >= settings.windowObjects()
            || bytes + wanted.length() > settings.windowBytes())) {
      deliver();
    }
    bytes += wanted.length();
    loading.add(new Loading(wanted, readers.submit(() -> read(wanted))));
  }

  private ByteBuffer read(Wanted wanted) {
    if (stopped.get()) {
      return ByteBuffer.allocate(0);
    }
    // A node was read a moment ago, when its children were looked for.
    return wanted.kind() == Wanted.Kind.NODE
        ? from.nodes().bytes(wanted.hash())
        : from.blobs().get(wanted.what(), wanted.hash(), (int) wanted.length());
  }

  private void deliver() throws InterruptedException {
    Loading next = loading.remove();
    ByteBuffer value;
    try {
      value = next.value().get();
    } catch (ExecutionException failed) {
      throw Wants.rethrown(failed.getCause());
    }
    bytes -= next.wanted().length();
    // Whoever asks to have it sent has asked the receiver for it.
    writer.putMissing(next.wanted().hash(), value);
    sent.accept(next.wanted());
  }

  /** Hands everything to the writer that was asked for. */
  void drain() throws InterruptedException {
    while (!loading.isEmpty()) {
      deliver();
    }
  }

  @Override
  public void close() {
    stopped.set(true);
    DaemonThreads.end(readers, () -> {});
  }
}
