package dev.varve.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Refs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What refs hold now, and being told when that changes. Thread-safe. */
final class RefRoutes {
  private static final int MOST_SECONDS = 600;
  private static final int USUAL_SECONDS = 30;

  private final RefWatch watch;

  RefRoutes(RefWatch watch) {
    this.watch = watch;
  }

  /** {@code refs}, or {@code refs/<name>}, which waits for a change where {@code wait} is given. */
  void refs(Exchange exchange, ServedRepository served) {
    String name = exchange.path().from(2);
    exchange.set("Cache-Control", "no-cache");
    if (name.isEmpty()) {
      exchange.json(200, list(served));
      return;
    }
    RefState now = RefState.read(served, name);
    Optional<String> known = exchange.query().get("wait");
    if (known.isEmpty()) {
      tell(exchange, served, now);
      return;
    }
    int seconds = exchange.query().number("timeout", USUAL_SECONDS, 0, MOST_SECONDS);
    ContentHash seen = commit(known.get());
    if (!now.commit().equals(Optional.of(seen)) || seconds == 0) {
      tell(exchange, served, now);
      return;
    }
    exchange.stayOpen();
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    AtomicBoolean gone = new AtomicBoolean();
    exchange.request().addFailureListener(failed -> gone.set(true));
    watch.add(
        served,
        name,
        new RefWatch.Watcher() {
          @Override
          public boolean look(RefState state) {
            if (gone.get()) {
              exchange.callback().failed(new IllegalStateException("the client went away"));
              return false;
            }
            boolean moved = !state.commit().equals(Optional.of(seen));
            if (moved || System.nanoTime() - end >= 0) {
              tellOrFail(exchange, served, state);
              return false;
            }
            return true;
          }

          @Override
          public void end(@Nullable Throwable failed) {
            if (failed != null) {
              exchange.fail(failed);
            } else {
              tellOrFail(exchange, served, now);
            }
          }
        });
  }

  private static void tellOrFail(Exchange exchange, ServedRepository served, RefState state) {
    try {
      tell(exchange, served, state);
    } catch (RuntimeException failed) {
      exchange.fail(failed);
    }
  }

  private static ContentHash commit(String text) {
    if (!text.matches("[0-9a-fA-F]{64}")) {
      throw new HttpFailure(
          Problem.of(
              400, "bad-parameter", "'wait' is no commit id: '" + text + "'; give all 64 digits"));
    }
    return ContentHash.parse(text);
  }

  private static void tell(Exchange exchange, ServedRepository served, RefState state) {
    if (state.commit().isEmpty()) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_REVISION, state.record().name() + " was deleted")
              .with("revision", state.record().name().name()));
    }
    ObjectNode json = state.json(served);
    exchange.set("ETag", EntityTags.of(served.repository().config().hash().hash(Json.bytes(json))));
    exchange.json(200, json);
  }

  /** All branches and tags. */
  static ObjectNode list(ServedRepository served) {
    ArrayNode all = Json.list();
    for (RefName.Kind kind : new RefName.Kind[] {RefName.Kind.HEADS, RefName.Kind.TAGS}) {
      for (Refs.Named named : served.repository().refs().list(kind)) {
        all.add(new RefState(named.record()).json(served));
      }
    }
    ObjectNode json = Json.of("refs");
    json.set("refs", all);
    return json;
  }

  /** {@code pin/<revision>[/<key>]}: sends the client to the commit that the revision names now. */
  void pin(Exchange exchange, ServedRepository served) {
    RequestPath path = exchange.path();
    if (path.segments().size() < 3) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_REVISION, "name a revision, as in pin/main"));
    }
    Resolved at = served.resolver().resolve(path.segments().get(2));
    String key = path.from(3);
    String rest = RequestPath.encodePath(key) + (path.directory() && !key.isEmpty() ? "/" : "");
    String query = exchange.request().getHttpURI().getQuery();
    exchange.set("Cache-Control", "no-cache");
    exchange.set("Varve-Commit", at.snapshot().id().toString());
    exchange.redirect(
        307,
        served.store(at.snapshot().id().toString()) + rest + (query == null ? "" : "?" + query));
  }

  /**
   * {@code events/<name>}: server-sent events, one for what the ref holds and one for every move.
   */
  void events(Exchange exchange, ServedRepository served) {
    String name = exchange.path().from(2);
    RefState now = RefState.read(served, name);
    exchange.set("Cache-Control", "no-store");
    exchange.set("Content-Type", "text/event-stream");
    if (exchange.head()) {
      exchange.empty(200);
      return;
    }
    // What the client saw last need not be told again.
    String last = exchange.header("Last-Event-ID");
    boolean known =
        last != null && now.commit().map(ContentHash::toString).filter(last::equals).isPresent();
    EventStream stream = new EventStream(exchange, served, known ? now : null);
    stream.look(now);
    watch.add(served, name, stream);
  }
}
