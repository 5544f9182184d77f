package dev.varve.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * {@code /<repository>/api/...}: history and contents as JSON. Every answer is bounded, and says so
 * where it leaves something out; {@code openapi.json} describes them all. Thread-safe.
 */
final class Api {
  private final HistoryApi history = new HistoryApi();
  private final ContentsApi contents = new ContentsApi();
  private final VerifyRuns verifications;

  Api(VerifyRuns verifications) {
    this.verifications = verifications;
  }

  /** Answers a request whose second segment is {@code api}. */
  void answer(Exchange exchange, ServedRepository served) {
    String what = exchange.path().from(2);
    String method = exchange.request().getMethod();
    boolean verify = what.equals("verify");
    if (!method.equals("GET") && !method.equals("HEAD") && !(verify && method.equals("POST"))) {
      exchange.set("Allow", verify ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS");
      throw new HttpFailure(
          Problem.of(405, "method-not-allowed", "'" + method + "' is not answered here"));
    }
    exchange.set("Cache-Control", "no-cache");
    switch (what) {
      case "refs" -> exchange.json(200, RefRoutes.list(served));
      case "reflog" -> exchange.json(200, history.reflog(exchange, served));
      case "log" -> exchange.json(200, history.log(exchange, served));
      case "show" -> exchange.json(200, history.show(exchange, served));
      case "diff" -> exchange.json(200, history.diff(exchange, served));
      case "tree" -> exchange.json(200, contents.tree(exchange, served));
      case "ls" -> exchange.json(200, contents.ls(exchange, served));
      case "verify" -> verifications.answer(exchange, served);
      default ->
          throw new HttpFailure(
              Problem.of(
                  404,
                  "no-such-route",
                  "the API has no '" + what + "'; '/api/openapi.json' tells what it has"));
    }
  }

  /** The description of all routes, an OpenAPI document. */
  static byte[] description() {
    try (InputStream file = Api.class.getResourceAsStream("openapi.json")) {
      if (file == null) {
        throw new IllegalStateException("the jar lacks openapi.json");
      }
      return file.readAllBytes();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
