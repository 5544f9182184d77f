package dev.varve.server;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** Finds who answers a path. Thread-safe. */
final class Router {
  /** First segments that are the server's own, and so no repository's name. */
  static final Set<String> RESERVED =
      Set.of("api", "health", "metrics", "favicon.ico", "robots.txt");

  private static final Set<String> PAGES = Set.of("", "browse", "commit");
  private static final Set<String> ROUTES = Set.of("refs", "pin", "events", "api");

  private final Map<String, ServedRepository> repositories;
  private final StoreRoute store;
  private final RefRoutes refs;
  private final Api api;
  private final Pages pages;
  private final Metrics metrics;

  Router(
      Map<String, ServedRepository> repositories,
      StoreRoute store,
      RefRoutes refs,
      Api api,
      Pages pages,
      Metrics metrics) {
    this.repositories = repositories;
    this.store = store;
    this.refs = refs;
    this.api = api;
    this.pages = pages;
    this.metrics = metrics;
  }

  /**
   * The name of the repository that a raw path is about, for counters; "none" where it is not one.
   */
  String repositoryOf(String rawPath) {
    RequestPath path = RequestPath.parse(rawPath);
    String name = path.segments().isEmpty() ? "" : path.segments().get(0);
    return repositories.containsKey(name) ? name : "none";
  }

  /**
   * Answers what takes no longer than some pages of memory do: bytes of a snapshot that is at hand,
   * stored on this machine and proved before.
   *
   * @return whether it did; nothing was done otherwise, and {@link #route} is next
   */
  boolean promptly(Exchange exchange) {
    RequestPath path = exchange.path();
    if (path.segments().size() < 3 || path.directory() || !exchange.reads()) {
      return false;
    }
    ServedRepository served = repositories.get(path.segments().get(0));
    if (served == null
        || !served.local()
        || !path.segments().get(1).startsWith("@")
        || !served.access().allows(exchange)) {
      return false;
    }
    exchange.route("store");
    return store.promptly(exchange, served);
  }

  /** Answers, or has the answer under way. */
  void route(Exchange exchange) {
    RequestPath path = exchange.path();
    String first = path.segments().isEmpty() ? "" : path.segments().get(0);
    if (RESERVED.contains(first) || path.segments().isEmpty()) {
      exchange.route(first.isEmpty() ? "page" : first);
      own(exchange, first);
      return;
    }
    ServedRepository served = repositories.get(first);
    if (served == null) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_REPOSITORY, "no repository is called '" + first + "' here")
              .with("repository", first));
    }
    String second = path.segments().size() > 1 ? path.segments().get(1) : "";
    exchange.route(
        second.startsWith("@")
            ? "store"
            : PAGES.contains(second) ? "page" : ROUTES.contains(second) ? second : "none");
    served.access().require(exchange);
    if (!second.equals("api")) {
      readOnly(exchange);
    }
    if (second.startsWith("@")) {
      store.answer(exchange, served);
      return;
    }
    switch (second) {
      case "" -> repository(exchange, served);
      case "refs" -> refs.refs(exchange, served);
      case "pin" -> refs.pin(exchange, served);
      case "events" -> refs.events(exchange, served);
      case "api" -> api.answer(exchange, served);
      case "browse" -> pages.browse(exchange, served);
      case "commit" -> pages.commit(exchange, served);
      default -> throw none(exchange);
    }
  }

  private void repository(Exchange exchange, ServedRepository served) {
    if (exchange.path().segments().size() > 1) {
      throw none(exchange);
    }
    if (exchange.path().directory()) {
      pages.repository(exchange, served);
    } else {
      exchange.redirect(308, served.root());
    }
  }

  private void own(Exchange exchange, String first) {
    readOnly(exchange);
    boolean alone = exchange.path().segments().size() <= 1;
    if (first.isEmpty()) {
      pages.index(exchange);
    } else if (first.equals("health") && alone) {
      exchange.set("Cache-Control", "no-store");
      exchange.json(
          200, Json.of("health").put("status", "ok").put("repositories", repositories.size()));
    } else if (first.equals("metrics") && alone) {
      metrics(exchange);
    } else if (first.equals("api") && exchange.path().from(1).equals("openapi.json")) {
      exchange.set("Cache-Control", "no-cache");
      exchange.send(200, Json.TYPE, Api.description());
    } else if (first.equals("robots.txt") && alone) {
      exchange.send(
          200,
          "text/plain; charset=utf-8",
          "User-agent: *\nDisallow: /\n".getBytes(StandardCharsets.UTF_8));
    } else {
      throw none(exchange);
    }
  }

  /** Counters name repositories, so whoever may not read all of them needs a token. */
  private void metrics(Exchange exchange) {
    repositories.values().stream()
        .map(ServedRepository::access)
        .filter(access -> !access.isPublic())
        .findFirst()
        .ifPresent(access -> access.require(exchange));
    exchange.set("Cache-Control", "no-store");
    exchange.send(200, Metrics.TYPE, metrics.text().getBytes(StandardCharsets.UTF_8));
  }

  private static void readOnly(Exchange exchange) {
    String method = exchange.request().getMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.set("Allow", "GET, HEAD, OPTIONS");
      throw new HttpFailure(
          Problem.of(
              405,
              "method-not-allowed",
              "'" + method + "' is not answered here; the server only reads"));
    }
  }

  private static HttpFailure none(Exchange exchange) {
    return new HttpFailure(
        Problem.of(
            404,
            "no-such-route",
            "nothing is answered at '/"
                + exchange.path().from(0)
                + "'; '/api/openapi.json' tells what is"));
  }
}
