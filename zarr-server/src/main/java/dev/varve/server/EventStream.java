package dev.varve.server;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events about one ref. At most one write is under way; a ref that moves meanwhile is
 * told when it is done, as it is then. So a slow client holds one event, and misses only what was
 * passed over. Thread-safe.
 */
final class EventStream implements RefWatch.Watcher, Callback {
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Exchange exchange;
  private final ServedRepository served;

  // All guarded by this object's lock, which is never held while something is written.
  private @Nullable RefState told;
  private boolean writing;
  private boolean over;
  private boolean done;
  private long lastWrite;

  /** A stream whose client knows a state already, or none. */
  EventStream(Exchange exchange, ServedRepository served, @Nullable RefState known) {
    this.exchange = exchange;
    this.served = served;
    this.told = known;
    exchange.response().setStatus(200);
    exchange.stayOpen();
    write("retry: 2000\n: " + served.name() + "\n\n");
  }

  @Override
  public boolean look(RefState now) {
    String event;
    synchronized (this) {
      if (over) {
        return false;
      }
      if (writing) {
        return true;
      }
      boolean moved = told == null || !told.same(now);
      if (!moved && System.nanoTime() - lastWrite < HEARTBEAT_NANOS) {
        return true;
      }
      // A comment now and then keeps proxies from closing the connection, and finds clients gone.
      event = moved ? event(now) : ": still here\n\n";
      told = now;
    }
    write(event);
    return true;
  }

  private String event(RefState now) {
    String id = now.commit().map(ContentHash::toString).orElse("");
    return "event: ref\nid: " + id + "\ndata: " + now.json(served) + "\n\n";
  }

  private void write(String text) {
    synchronized (this) {
      if (over || writing) {
        return;
      }
      writing = true;
      lastWrite = System.nanoTime();
    }
    exchange.response().write(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), this);
  }

  @Override
  public void end(@Nullable Throwable failed) {
    boolean now;
    synchronized (this) {
      over = true;
      now = !writing && !done;
      done |= now;
    }
    if (now) {
      exchange.response().write(true, null, exchange.callback());
    }
  }

  @Override
  public void succeeded() {
    boolean finish;
    synchronized (this) {
      writing = false;
      finish = over && !done;
      done |= finish;
    }
    if (finish) {
      exchange.response().write(true, null, exchange.callback());
    }
  }

  @Override
  public void failed(Throwable gone) {
    boolean first;
    synchronized (this) {
      writing = false;
      over = true;
      first = !done;
      done = true;
    }
    if (first) {
      exchange.callback().failed(gone);
    }
  }
}
