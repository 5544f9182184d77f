package dev.varve.testkit.proxy;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Queue;

/** Requests that reach the server when their clients are long gone. Thread-safe. */
final class LateRequests {
  /** After how many other requests. */
  private static final int AFTER = 10;

  private final URI server;
  private final Queue<Held> held = new ArrayDeque<>();
  private long steps;

  LateRequests(URI server) {
    this.server = server;
  }

  private record Held(HttpHead head, byte[] body, long due) {}

  synchronized void hold(HttpHead head, byte[] body) {
    held.add(new Held(head, body, steps + AFTER));
  }

  /** Another request passed. */
  void step() {
    Held due;
    synchronized (this) {
      steps++;
      due = !held.isEmpty() && held.element().due() <= steps ? held.remove() : null;
    }
    if (due != null) {
      send(due);
    }
  }

  void release() {
    while (true) {
      Held next;
      synchronized (this) {
        next = held.poll();
      }
      if (next == null) {
        return;
      }
      send(next);
    }
  }

  /** Nobody hears its answer. */
  private void send(Held late) {
    try (Upstream connection = new Upstream(server)) {
      connection.ask(late.head(), late.body());
    } catch (IOException unheard) {
      // The server is gone, too.
    }
  }
}
