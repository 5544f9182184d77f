package dev.varve.testkit.proxy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection to the server, made anew where the server closed it. One thread. */
final class Upstream implements AutoCloseable {
  private final URI server;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  Upstream(URI server) {
    this.server = server;
  }

  /** An answer as it was read: the head and the whole body. */
  record Answer(HttpHead head, byte[] body) {}

  /** Sends a request and reads its answer. */
  Answer ask(HttpHead head, byte[] body) throws IOException {
    boolean reused = socket != null;
    try {
      return once(head, body);
    } catch (IOException broken) {
      close();
      if (!reused) {
        throw broken;
      }
      // The server had closed it since the last answer.
      return once(head, body);
    }
  }

  private Answer once(HttpHead head, byte[] body) throws IOException {
    Socket open = socket;
    InputStream from = in;
    if (open == null || from == null) {
      open = new Socket();
      open.setTcpNoDelay(true);
      open.connect(new InetSocketAddress(server.getHost(), server.getPort()));
      from = new BufferedInputStream(open.getInputStream(), 1 << 16);
      socket = open;
      in = from;
    }
    send(open, head, body);
    HttpHead answer = HttpHead.read(from).orElseThrow(() -> new EOFException("no answer"));
    while (answer.status() < 200) {
      answer = HttpHead.read(from).orElseThrow(() -> new EOFException("no answer"));
    }
    Answer whole = new Answer(answer, HttpBody.ofAnswer(answer, head.word(0), from));
    if (answer.has("Connection", "close")) {
      close();
    }
    return whole;
  }

  /** A server may answer, and close, before it read the body. */
  private static void send(Socket open, HttpHead head, byte[] body) throws IOException {
    open.getOutputStream().write(head.bytes());
    try {
      open.getOutputStream().write(body);
    } catch (IOException early) {
      if (open.getInputStream().available() == 0) {
        throw early;
      }
    }
  }

  @Override
  public void close() {
    Optional.ofNullable(socket).ifPresent(FaultProxy::closeQuietly);
    socket = null;
    in = null;
  }
}
