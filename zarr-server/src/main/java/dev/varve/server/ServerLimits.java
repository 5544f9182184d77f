package dev.varve.server;

import dev.varve.blob.Blobs;
import java.time.Duration;

/**
 * What a server grants its clients. Immutable.
 *
 * @param connections open connections; more are not accepted until some close
 * @param requests requests under way at once; more are answered 503
 * @param watchers of those, clients that wait for refs to move
 * @param threads threads that answer requests
 * @param heldBytes memory for values on their way, in bytes: half of it, of the heap, for those
 *     that are verified while they are sent, half, outside of the heap, for parts of those that
 *     were verified before; beyond it they are sent in small parts
 * @param idle how long a connection may rest, and a client may take no bytes, before it is closed
 * @param part how long a client may take for one part of a value, 256 KiB, before it is dropped,
 *     even if it takes some bytes now and then
 * @param stop how long a stopping server waits for requests under way
 */
public record ServerLimits(
    int connections,
    int requests,
    int watchers,
    int threads,
    long heldBytes,
    Duration idle,
    Duration part,
    Duration stop) {
  /** The longest head of a request, in bytes. */
  static final int HEADER_BYTES = 16 << 10;

  /** The limits that a server has unless told otherwise. */
  public static ServerLimits usual() {
    return new ServerLimits(
        4096,
        1024,
        512,
        Math.max(32, 8 * Runtime.getRuntime().availableProcessors()),
        Math.max(2L * Blobs.MAX_WHOLE, Runtime.getRuntime().maxMemory() / 4),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5));
  }

  /** Checks that every limit lets something through. */
  public ServerLimits {
    if (connections < 1 || requests < 1 || watchers < 0 || threads < 8 || heldBytes < 0) {
      throw new IllegalArgumentException(
          "a server needs a connection, a request and 8 threads, not "
              + connections
              + ", "
              + requests
              + " and "
              + threads);
    }
  }

  /** These, with another bound on requests under way. */
  public ServerLimits withRequests(int most) {
    return new ServerLimits(connections, most, watchers, threads, heldBytes, idle, part, stop);
  }

  /** These, with another bound on memory for whole values. */
  public ServerLimits withHeldBytes(long most) {
    return new ServerLimits(connections, requests, watchers, threads, most, idle, part, stop);
  }

  /** These, with another bound on threads. */
  public ServerLimits withThreads(int most) {
    return new ServerLimits(connections, requests, watchers, most, heldBytes, idle, part, stop);
  }

  /** These, with another bound on rest. */
  public ServerLimits withIdle(Duration longest) {
    return new ServerLimits(
        connections, requests, watchers, threads, heldBytes, longest, part, stop);
  }

  /** These, with another bound on the time that one part of a value may take. */
  public ServerLimits withPart(Duration longest) {
    return new ServerLimits(
        connections, requests, watchers, threads, heldBytes, idle, longest, stop);
  }
}
