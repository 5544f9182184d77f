package dev.varve.testkit.proxy;

import dev.varve.testkit.proxy.Upstream.Answer;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before an HTTP server on this machine and does to each request what a {@link FaultPlan}
 * says. Heads are passed on as they are, but for {@code Expect}, so signatures hold. Thread-safe.
 *
 * <p>A message is held in memory whole before it is passed on, so that "the server applied it" is
 * certain; so this is for messages of some MiB.
 */
public final class FaultProxy implements AutoCloseable {
  private final URI upstream;
  private final ServerSocket listening;
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final Set<String> created = ConcurrentHashMap.newKeySet();
  private final LateRequests late;
  private final List<Exchange> exchanges = new ArrayList<>();
  private volatile FaultPlan plan;
  private volatile long delayMillis;

  private FaultProxy(URI upstream, FaultPlan plan) throws IOException {
    this.upstream = upstream;
    this.plan = plan;
    this.late = new LateRequests(upstream);
    this.listening = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
  }

  /** Starts one before a server such as {@code http://127.0.0.1:9000}. */
  public static FaultProxy before(URI upstream, FaultPlan plan) {
    try {
      FaultProxy proxy = new FaultProxy(upstream, plan);
      start("fault-proxy " + proxy.listening.getLocalPort(), proxy::accept);
      return proxy;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** What clients take for the server. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Changes what becomes of requests from now on. */
  public void follow(FaultPlan next) {
    plan = next;
  }

  /** Holds every request for so long before it is passed on, from now on. */
  public void delay(Duration each) {
    delayMillis = each.toMillis();
  }

  /** What passed since {@link #forget}, in order of its end. */
  public List<Exchange> exchanges() {
    synchronized (exchanges) {
      return List.copyOf(exchanges);
    }
  }

  /** Forgets what passed. */
  public void forget() {
    synchronized (exchanges) {
      exchanges.clear();
    }
  }

  /** Sends now what was to arrive late. */
  public void release() {
    late.release();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        clients.add(client);
        start("fault-proxy client " + client.getPort(), () -> serve(client));
      } catch (IOException closed) {
        // The end, or a client that was gone before it was met.
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Upstream server = new Upstream(upstream)) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream(), 1 << 16);
      boolean goesOn = true;
      while (goesOn) {
        Optional<HttpHead> head = HttpHead.read(in);
        goesOn = head.isPresent() && one(head.get(), in, client, server);
      }
    } catch (IOException | InterruptedException ended) {
      reset(client);
    } finally {
      clients.remove(client);
    }
  }

  /** Whether the connection goes on after this request. */
  private boolean one(HttpHead head, InputStream in, Socket client, Upstream server)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    String target = head.word(1);
    Fate fate = plan.of(head.word(0), target);
    OutputStream out = client.getOutputStream();
    if (fate == Fate.EARLY_REFUSAL) {
      if (createOnly(head) && created.contains(target)) {
        note(head, fate, 412, begun, 0, 0);
        refuseEarly(head, in, out);
        reset(client);
        return false;
      }
      fate = Fate.PASS;
    }
    if (head.has("Expect", "100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    byte[] body = HttpBody.ofRequest(head, in);
    HttpHead passed = head.without("Expect");
    if (delayMillis > 0) {
      Thread.sleep(delayMillis);
    }
    late.step();
    // Whatever becomes of it is on record, and held, before the client hears of anything.
    switch (fate) {
      case RESET_BEFORE -> {
        note(head, fate, 0, begun, body.length, 0);
        reset(client);
      }
      case LATE -> {
        note(head, fate, 0, begun, body.length, 0);
        late.hold(passed, body);
        reset(client);
      }
      case SLOW_DOWN -> {
        note(head, fate, 503, begun, body.length, 0);
        out.write(answer(passed, "503 Slow Down", "SlowDown", "keep-alive"));
        out.flush();
      }
      default -> {
        return pass(passed, body, fate, begun, client, server);
      }
    }
    return fate == Fate.SLOW_DOWN;
  }

  private boolean pass(
      HttpHead head, byte[] body, Fate fate, long begun, Socket client, Upstream server)
      throws IOException {
    Answer answer = server.ask(head, body);
    int status = answer.head().status();
    if (createOnly(head) && (status == 200 || status == 412)) {
      created.add(head.word(1));
    }
    // Before the client hears of it, so that who has an answer finds it among the exchanges.
    note(head, fate, status, begun, body.length, answer.body().length);
    byte[] first = answer.head().bytes();
    if (fate == Fate.RESET_AFTER) {
      reset(client);
      return false;
    }
    OutputStream out = client.getOutputStream();
    if (fate == Fate.TRUNCATED) {
      // In the headers, where the body is small.
      int kept = (first.length + answer.body().length) / 2;
      out.write(first, 0, Math.min(kept, first.length));
      out.write(answer.body(), 0, Math.max(0, kept - first.length));
      out.flush();
      return false;
    }
    out.write(first);
    out.write(answer.body());
    out.flush();
    return !answer.head().has("Connection", "close") && !head.has("Connection", "close");
  }

  private static boolean createOnly(HttpHead head) {
    return head.word(0).equals("PUT") && head.has("If-None-Match", "*");
  }

  private static void refuseEarly(HttpHead head, InputStream in, OutputStream out)
      throws IOException {
    if (head.header("Expect").isEmpty()) {
      in.skipNBytes(Integer.parseInt(head.header("Content-Length").orElse("0")) / 2);
    }
    out.write(answer(head, "412 Precondition Failed", "PreconditionFailed", "close"));
    out.flush();
  }

  private void note(HttpHead head, Fate fate, int status, long begun, long sent, long received) {
    Exchange exchange =
        new Exchange(
            head.word(0), head.word(1), fate, status, begun, System.nanoTime(), sent, received);
    synchronized (exchanges) {
      exchanges.add(exchange);
    }
  }

  /** The proxy's own answer; to HEAD it has no body, or the next answer would begin with it. */
  private static byte[] answer(HttpHead request, String status, String code, String connection) {
    String body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
            + code
            + "</Code><Message>said by the proxy</Message></Error>";
    return ("HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/xml\r\nContent-Length: "
            + body.length()
            + "\r\nConnection: "
            + connection
            + "\r\n\r\n"
            + (request.word(0).equals("HEAD") ? "" : body))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Closes a connection so that the other side hears of a failure, not of an end. */
  private static void reset(Socket client) {
    try {
      client.setSoLinger(true, 0);
    } catch (IOException gone) {
      // Closed by the other side.
    }
    closeQuietly(client);
  }

  static void closeQuietly(Closeable open) {
    try {
      open.close();
    } catch (IOException closed) {
      // Nothing is lost with it.
    }
  }

  /** Ends all connections; what was to arrive late arrives now. */
  @Override
  public void close() {
    closeQuietly(listening);
    clients.forEach(FaultProxy::reset);
    late.release();
  }
}
