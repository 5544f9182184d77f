package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.varve.error.BackendException;
import dev.varve.testkit.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A server that refuses one key as expired, and knows one object of three bytes. */
class ExpiredCredentialsTest {
  private static final String OBJECT = "abc";

  private final List<String> asked = new ArrayList<>();
  private final AtomicInteger chains = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  /** The error to requests that are signed with the key "old". */
  private volatile String error = "ExpiredToken";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String method = exchange.getRequestMethod();
      boolean old =
          exchange.getRequestHeaders().getFirst("Authorization").contains("Credential=old/");
      synchronized (asked) {
        asked.add(method + (old ? " old" : " new"));
      }
      if (old) {
        send(exchange, 403, "<Error><Code>" + error + "</Code><Message>no</Message></Error>");
      } else if (exchange.getRequestURI().getQuery() != null) {
        send(
            exchange, 200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
      } else {
        exchange.getResponseHeaders().set("ETag", "\"1\"");
        send(exchange, 200, method.equals("PUT") ? "" : OBJECT);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
    if (exchange.getRequestMethod().equals("HEAD")) {
      if (status == 200) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
      }
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private S3Location location() {
    return new S3Location(
        "bucket",
        "",
        Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
        Optional.of("us-east-1"),
        true);
  }

  private AwsBucket bucket(String... keys) {
    return new AwsBucket(location(), credentials(keys), 32);
  }

  /** A chain that finds these keys, one a time that it is made; the last one stays. */
  private RenewedCredentials credentials(String... keys) {
    return new RenewedCredentials(
        () -> {
          String key = keys[Math.min(chains.getAndIncrement(), keys.length - 1)];
          return StaticCredentialsProvider.create(AwsBasicCredentials.create(key, "secret"));
        });
  }

  @Test
  void everyRequestThatWasRefusedIsMadeAgainWithNewCredentials() {
    List<Runnable> requests = new ArrayList<>();
    AwsBucket[] now = new AwsBucket[1];
    requests.add(() -> now[0].create("k", new byte[10]));
    requests.add(() -> assertThat(now[0].get("k", 0, 100).orElseThrow().total()).isEqualTo(3));
    requests.add(() -> assertThat(now[0].length("k")).hasValue(3));
    requests.add(() -> assertThat(now[0].head("k").orElseThrow().length()).isEqualTo(3));
    requests.add(() -> assertThat(now[0].list("", Optional.empty(), 1, false).objects()).isEmpty());
    requests.add(() -> now[0].delete("k"));
    for (Runnable request : requests) {
      asked.clear();
      chains.set(0);
      try (AwsBucket bucket = bucket("old", "new")) {
        now[0] = bucket;
        request.run();
        request.run();
      }

      assertThat(asked).hasSize(3);
      assertThat(asked.get(0)).endsWith(" old");
      assertThat(asked.subList(1, 3)).allMatch(each -> each.endsWith(" new"));
      assertThat(chains).hasValue(2);
    }
  }

  @Test
  void manyThatAreRefusedTogetherLookForNewCredentialsOnce() throws InterruptedException {
    try (AwsBucket bucket = bucket("old", "new")) {
      Threads.together(
          16,
          index -> {
            bucket.create("k" + index, new byte[10]);
            return index;
          });
    }

    assertThat(chains).hasValue(2);
    assertThat(asked).filteredOn("PUT new"::equals).hasSize(16);
  }

  @Test
  void credentialsThatStayExpiredAreToldAsThat() {
    S3Backend backend = S3Backend.create(location(), ServerFactory.settings(1), credentials("old"));
    try (backend) {
      assertThatThrownBy(backend::config)
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("ExpiredToken")
          .hasMessageContaining("the credentials have expired: get new ones and run it again")
          .satisfies(thrown -> assertThat(((BackendException) thrown).retryable()).isFalse());
    }

    assertThat(asked).containsExactly("GET old", "GET old");
  }

  @Test
  void aCreateThatWasRefusedTwiceDidNotHappenAndIsNotUnknown() {
    try (AwsBucket bucket = bucket("old")) {
      assertThatThrownBy(
              () ->
                  new ConditionalWrite(new Attempts(5, attempt -> {}))
                      .write(
                          () -> bucket.create("k", new byte[1]),
                          () -> {
                            throw new AssertionError("nothing is in doubt");
                          }))
          .isInstanceOf(S3Failure.class)
          .hasMessageContaining("have expired");
    }

    assertThat(asked).containsExactly("PUT old", "PUT old");
  }

  @Test
  void whatIsForbiddenForAnotherReasonIsNotAskedAgain() {
    error = "AccessDenied";
    try (AwsBucket bucket = bucket("old", "new")) {
      assertThatThrownBy(() -> bucket.create("k", new byte[1]))
          .isInstanceOf(S3Failure.class)
          .hasMessageContaining("AccessDenied");
    }

    assertThat(asked).containsExactly("PUT old");
    assertThat(chains).hasValue(1);
  }

  @Test
  void aProviderOfTheCallersIsAskedAgain() {
    AtomicInteger times = new AtomicInteger();
    try (AwsBucket bucket =
        new AwsBucket(
            location(),
            () -> AwsBasicCredentials.create(times.getAndIncrement() == 0 ? "old" : "new", "s"),
            4)) {
      bucket.create("k", new byte[1]);
    }

    assertThat(asked).containsExactly("PUT old", "PUT new");
  }
}
