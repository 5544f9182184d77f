package dev.varve.server;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes: its count, its limits, CORS, its path, and at the end the access log.
 * Thread-safe.
 *
 * <p>Called by the threads that wait for what clients send. They answer themselves what {@link
 * Router#promptly} can, which spares waking another thread twice, half the work of a small answer;
 * everything else goes to the threads that may wait.
 */
final class RootHandler extends Handler.Abstract {
  private static final String METHODS = "GET, HEAD, POST, OPTIONS";

  private static final HttpField ANY_ORIGIN =
      new PreEncodedHttpField("Access-Control-Allow-Origin", "*");
  private static final HttpField EXPOSED =
      new PreEncodedHttpField(
          "Access-Control-Expose-Headers",
          "Accept-Ranges, Content-Length, Content-Range, Content-Type, ETag, Last-Modified,"
              + " Location, Varve-Commit, Varve-Error, Varve-Object");

  private final Router router;
  private final Metrics metrics;
  private final ServerLimits limits;
  private final @Nullable Consumer<String> accessLog;

  RootHandler(
      Router router, Metrics metrics, ServerLimits limits, @Nullable Consumer<String> accessLog) {
    super(InvocationType.NON_BLOCKING);
    this.router = router;
    this.metrics = metrics;
    this.limits = limits;
    this.accessLog = accessLog;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    long open = metrics.begin();
    Ended ended = new Ended(request, response, callback);
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(ANY_ORIGIN);
    headers.put(EXPOSED);
    RequestPath path = new RequestPath(List.of(), true);
    HttpFailure broken = null;
    try {
      path = RequestPath.parse(Optional.ofNullable(request.getHttpURI().getPath()).orElse("/"));
    } catch (HttpFailure failure) {
      broken = failure;
    }
    Exchange exchange =
        new Exchange(request, response, ended, path, limits.part().toMillis(), ended::problem);
    ended.exchange = exchange;
    try {
      if (open > limits.requests()) {
        metrics.refused();
        throw new HttpFailure(
            Problem.of(503, "too-many-requests", open + " requests are under way; try later"));
      }
      if (request.getMethod().equals("OPTIONS")) {
        preflight(exchange);
      } else if (broken != null) {
        throw broken;
      } else if (!router.promptly(exchange)) {
        request.getComponents().getExecutor().execute(() -> route(exchange));
      }
    } catch (Throwable failed) {
      exchange.fail(failed);
    }
    return true;
  }

  private void route(Exchange exchange) {
    try {
      router.route(exchange);
    } catch (Throwable failed) {
      exchange.fail(failed);
    }
  }

  private static void preflight(Exchange exchange) {
    exchange.set("Allow", METHODS);
    exchange.set("Access-Control-Allow-Methods", METHODS);
    exchange.set(
        "Access-Control-Allow-Headers",
        "Accept, Authorization, Cache-Control, Content-Type, If-Match, If-Modified-Since,"
            + " If-None-Match, If-Range, If-Unmodified-Since, Last-Event-ID, Range");
    exchange.set("Access-Control-Max-Age", "86400");
    // A page on a public origin may ask a server on this machine or in its network.
    if (exchange.header("Access-Control-Request-Private-Network") != null) {
      exchange.set("Access-Control-Allow-Private-Network", "true");
    }
    exchange.empty(204);
  }

  /** Completes the request, then counts and logs it. */
  private final class Ended implements Callback {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final long began = System.nanoTime();
    private volatile @Nullable Exchange exchange;

    Ended(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    void problem(Problem problem, Throwable failed) {
      String doing = request.getMethod() + " " + safe(request.getHttpURI().getPath());
      if (problem.unexpected()) {
        ServerLog.unexpected(doing, failed);
      } else if (problem.damage()) {
        String name =
            router.repositoryOf(Optional.ofNullable(request.getHttpURI().getPath()).orElse("/"));
        metrics.damage(name);
        ServerLog.storage(name + ": " + problem.message());
      } else if (problem.code().equals(Problem.STORAGE)) {
        ServerLog.storage(doing + ": " + failed.getMessage());
      }
    }

    @Override
    public void succeeded() {
      // Counted first: once the client has its answer, it may ask for the counters.
      log("");
      callback.succeeded();
    }

    @Override
    public void failed(Throwable failed) {
      log(" broken off");
      callback.failed(failed);
    }

    private void log(String how) {
      long took = System.nanoTime() - began;
      long bytes = Response.getContentBytesWritten(response);
      Exchange answered = exchange;
      String route = answered == null ? "none" : answered.route();
      metrics.end(route, known(request.getMethod()), response.getStatus(), bytes, took);
      if (accessLog != null) {
        accessLog.accept(
            Json.time(System.currentTimeMillis())
                + " "
                + Request.getRemoteAddr(request)
                + " "
                + safe(request.getMethod())
                + " "
                + safe(request.getHttpURI().getPath())
                + " "
                + request.getConnectionMetaData().getHttpVersion().asString()
                + " "
                + response.getStatus()
                + " "
                + bytes
                + String.format(Locale.ROOT, " %.1f ms", took / 1e6)
                + how);
      }
    }
  }

  /** Methods that clients make up must not become counters. */
  private static String known(String method) {
    return List.of("GET", "HEAD", "POST", "OPTIONS").contains(method) ? method : "other";
  }

  /**
   * A log line stays one line, and does not steer a terminal. The query, which may hold a token, is
   * left out.
   */
  private static String safe(@Nullable String path) {
    String text = String.valueOf(path);
    StringBuilder out = new StringBuilder(text.length());
    text.chars().forEach(c -> out.append(c <= ' ' || c >= 0x7F && c < 0xA0 ? '?' : (char) c));
    return out.toString();
  }
}
