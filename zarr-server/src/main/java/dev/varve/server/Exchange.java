package dev.varve.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** One request and its one answer. One thread at a time. */
final class Exchange {
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final RequestPath path;
  private final Query query;
  private final BiConsumer<Problem, Throwable> problems;
  private final long partMillis;
  private volatile String route = "none";

  /**
   * @param callback to be completed once, when the answer is sent
   * @param partMillis the longest time that a client may take for one part of a body
   * @param problems is told of every answer that is a problem
   */
  Exchange(
      Request request,
      Response response,
      Callback callback,
      RequestPath path,
      long partMillis,
      BiConsumer<Problem, Throwable> problems) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.path = path;
    this.query = Query.parse(request.getHttpURI().getQuery());
    this.partMillis = partMillis;
    this.problems = problems;
  }

  Request request() {
    return request;
  }

  Response response() {
    return response;
  }

  Callback callback() {
    return callback;
  }

  /** What kind of request this is, for counters. */
  String route() {
    return route;
  }

  /** Says what kind of request this is, before it is answered. */
  void route(String name) {
    route = name;
  }

  RequestPath path() {
    return path;
  }

  Query query() {
    return query;
  }

  /** Whether only the headers are wanted. */
  boolean head() {
    return request.getMethod().equals("HEAD");
  }

  /** Whether what is there is asked for, whole or its head. */
  boolean reads() {
    return request.getMethod().equals("GET") || head();
  }

  /** The value of a header; several lines of it are one list. */
  @Nullable String header(String name) {
    HttpFields headers = request.getHeaders();
    if (!headers.contains(name)) {
      return null;
    }
    var values = headers.getValuesList(name);
    return values.isEmpty() ? null : String.join(", ", values);
  }

  /** Sets a header of the answer. */
  Exchange set(String name, String value) {
    response.getHeaders().put(name, value);
    return this;
  }

  /** Whether the client prefers one media type over another, by what Accept names first. */
  boolean prefers(String type, String over) {
    String accept = Optional.ofNullable(header("Accept")).orElse("").toLowerCase(Locale.ROOT);
    int wanted = accept.indexOf(type);
    int other = accept.indexOf(over);
    return wanted >= 0 && (other < 0 || wanted < other);
  }

  /** What the client's links to this server begin with, such as {@code http://localhost:8080}. */
  String origin() {
    var uri = request.getHttpURI();
    String authority =
        Optional.ofNullable(uri.getAuthority())
            .or(() -> Optional.ofNullable(header("Host")))
            .orElse("localhost");
    return (request.isSecure() ? "https" : "http") + "://" + authority;
  }

  /** Answers with JSON. */
  void json(int status, JsonNode json) {
    send(status, Json.TYPE, Json.bytes(json));
  }

  /** Answers with bytes at hand. */
  void send(int status, String type, byte[] bytes) {
    response.setStatus(status);
    set("Content-Type", type);
    set("Content-Length", Integer.toString(bytes.length));
    if (head()) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(bytes), callback);
    }
  }

  /** Answers without a body. */
  void empty(int status) {
    response.setStatus(status);
    callback.succeeded();
  }

  /** Sends the client elsewhere. */
  void redirect(int status, String location) {
    set("Location", location);
    response.setStatus(status);
    set("Content-Length", "0");
    callback.succeeded();
  }

  /** Answers a HEAD with the headers of a body, also where its length is not known. */
  void headOf(int status, Body body) {
    response.setStatus(status);
    try (body) {
      ByteBuffer first = body.next();
      long length = body.length();
      if (length < 0 && (first == null || body.next() == null)) {
        length = first == null ? 0 : first.remaining();
      }
      if (length >= 0) {
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        callback.succeeded();
        return;
      }
    }
    // Two writes, so that nobody takes the end of this answer for the length of the other one.
    response.write(
        false, null, Callback.from(() -> response.write(true, null, callback), callback::failed));
  }

  /**
   * Answers with a body, whose headers are set. Its first part is read before anything is sent, so
   * that a value which cannot be read becomes an answer that says so.
   */
  void send(int status, Body body) {
    ByteBuffer first;
    try {
      first = body.next();
    } catch (RuntimeException failed) {
      body.close();
      throw failed;
    }
    response.setStatus(status);
    if (body.length() >= 0) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length());
    }
    new Sending(this, body, first, partMillis).iterate();
  }

  /** Goes on when a future is done: with its result, or with the answer to its failure. */
  <T> void then(CompletableFuture<T> future, Consumer<T> next) {
    if (!future.isDone()) {
      stayOpen();
    }
    CompletableFuture<T> answered =
        future.whenComplete(
            (done, failed) -> {
              if (failed != null) {
                Throwable cause = failed.getCause();
                fail(failed instanceof CompletionException && cause != null ? cause : failed);
                return;
              }
              try {
                next.accept(done);
              } catch (Throwable thrown) {
                fail(thrown);
              }
            });
    // Nothing is left to be told: both ways end with an answer.
    Objects.requireNonNull(answered);
  }

  /** The request may now rest for longer than a connection may be idle. */
  void stayOpen() {
    request.addIdleTimeoutListener(idle -> false);
  }

  /** Answers with what went wrong; where the answer is on its way already, breaks it off. */
  void fail(Throwable failed) {
    if (failed instanceof IOException || failed instanceof TimeoutException) {
      // Storage fails in other ways: this is the client, which is gone or takes nothing.
      callback.failed(failed);
      return;
    }
    fail(Problem.of(failed), failed);
  }

  private void fail(Problem told, Throwable failed) {
    boolean keyed = path.segments().size() > 2 && path.segments().get(1).startsWith("@");
    Problem problem = keyed && told.damage() ? told.with("key", path.from(2)) : told;
    problems.accept(problem, failed);
    if (response.isCommitted()) {
      callback.failed(failed);
      return;
    }
    for (String stale : new String[] {"ETag", "Last-Modified", "Accept-Ranges"}) {
      response.getHeaders().remove(stale);
    }
    if (problem.status() != 416) {
      response.getHeaders().remove("Content-Range");
    }
    set("Varve-Error", problem.code());
    String object = problem.details().get("object");
    if (object != null) {
      set("Varve-Object", object);
    }
    if (problem.status() != 404) {
      set("Cache-Control", "no-store");
    } else if (!response.getHeaders().contains("Cache-Control")) {
      set("Cache-Control", "no-cache");
    }
    if (problem.status() == 503) {
      set("Retry-After", "1");
    }
    if (prefers("text/html", "application/json")) {
      set("Content-Security-Policy", Html.POLICY);
      send(problem.status(), Html.TYPE, ErrorPage.of(problem));
    } else {
      json(problem.status(), problem.json());
    }
  }
}
