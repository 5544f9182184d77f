package dev.varve.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Checks of whole repositories, begun by request and told of by the next ones: one at a time, the
 * last one of each repository remembered. Thread-safe. Memory: {@value #MAX_FINDINGS} findings a
 * repository.
 */
final class VerifyRuns implements AutoCloseable {
  private static final int MAX_FINDINGS = 100;

  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Threads.daemons("varve-verify"));

  /** One check. */
  private static final class Run {
    private final String scope;
    private final long began = System.currentTimeMillis();

    // Guarded by this object's lock.
    private final List<Finding> findings = new ArrayList<>();
    private long found;
    private @Nullable CheckReport report;
    private @Nullable String failure;
    private long ended;

    Run(String scope) {
      this.scope = scope;
    }

    synchronized void add(Finding finding) {
      found++;
      if (findings.size() < MAX_FINDINGS) {
        findings.add(finding);
      }
    }

    synchronized void end(@Nullable CheckReport done, @Nullable String failed) {
      report = done;
      failure = failed;
      ended = System.currentTimeMillis();
    }

    synchronized boolean over() {
      return ended != 0;
    }

    synchronized ObjectNode json() {
      ObjectNode json =
          Json.of("verification")
              .put("state", ended == 0 ? "running" : failure != null ? "failed" : "done")
              .put("scope", scope)
              .put("began", Json.time(began));
      if (ended != 0) {
        json.put("ended", Json.time(ended));
      }
      if (failure != null) {
        json.put("failure", failure);
      }
      CheckReport done = report;
      if (done != null) {
        json.put("clean", done.clean())
            .put("objects", done.objects())
            .put("bytes", done.bytes())
            .put("damaged", done.damaged())
            .put("missing", done.missing());
      }
      json.put("findings_total", found);
      ArrayNode list = json.putArray("findings");
      for (Finding finding : findings) {
        ObjectNode each =
            Json.of("damage")
                .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
                .put("role", finding.role().name().toLowerCase(Locale.ROOT))
                .put("object", finding.object())
                .put("expected", finding.expected().orElse(null))
                .put("actual", finding.actual().orElse(null))
                .put("key", finding.key().map(Object::toString).orElse(null))
                .put("message", finding.message());
        ArrayNode revisions = each.putArray("revisions");
        finding.revisions().forEach(revisions::add);
        list.add(each);
      }
      return json;
    }
  }

  /** GET tells of the last check, POST begins one of everything, or of {@code rev} alone. */
  void answer(Exchange exchange, ServedRepository served) {
    exchange.set("Cache-Control", "no-store");
    if (exchange.request().getMethod().equals("POST")) {
      requireRight(exchange, served);
      exchange.json(202, begin(exchange, served).json());
      return;
    }
    Run run = runs.get(served.name());
    exchange.json(200, run == null ? Json.of("verification").put("state", "never") : run.json());
  }

  /** A check reads everything: where no token says who may ask for it, this machine alone may. */
  private static void requireRight(Exchange exchange, ServedRepository served) {
    SocketAddress from = exchange.request().getConnectionMetaData().getRemoteSocketAddress();
    InetAddress address = from instanceof InetSocketAddress inet ? inet.getAddress() : null;
    boolean here = address != null && address.isLoopbackAddress();
    if (served.access().isPublic() && !here) {
      throw new HttpFailure(
          Problem.of(
              403,
              "forbidden",
              "a check of a public repository is begun from the server's own machine"));
    }
  }

  private Run begin(Exchange exchange, ServedRepository served) {
    Optional<String> revision = exchange.query().get("rev");
    CheckScope scope =
        revision
            .map(name -> CheckScope.of(served.resolver().resolve(name).snapshot().id()))
            .orElse(CheckScope.EVERYTHING);
    Run run = new Run(revision.orElse("everything"));
    Run now = runs.compute(served.name(), (name, last) -> last == null || last.over() ? run : last);
    if (now != run) {
      throw new HttpFailure(Problem.of(409, "running", "a check of this repository is running"));
    }
    try {
      executor.execute(() -> check(served, scope, run));
    } catch (RejectedExecutionException stopping) {
      throw new HttpFailure(Problem.of(503, "stopping", "the server is stopping"), stopping);
    }
    return run;
  }

  private static void check(ServedRepository served, CheckScope scope, Run run) {
    try {
      // One thread: whoever reads meanwhile goes first.
      run.end(new RepositoryCheck(served.repository(), 1, run::add).run(scope), null);
    } catch (Throwable failed) {
      run.end(null, Problem.of(failed).message());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
