package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests before and after the way was learnt: what the server sees, and what answers mean. */
class ObjectRequestsTest {
  private static final byte[] BYTES = "0123456789".getBytes(StandardCharsets.US_ASCII);
  private static final ContentHash HASH = HashAlgorithm.SHA256.hash(BYTES);

  private final List<Seen> seen = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private AwsBucket bucket;
  private volatile int status = 200;
  private volatile String answer = "";

  /** A request, as it came in. */
  private record Seen(String method, String path, boolean ours, String checksum, String payload) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    bucket = new TestServer(endpoint, "tester", "not-a-secret").requests("bucket");
  }

  @AfterEach
  void stop() {
    bucket.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      synchronized (seen) {
        seen.add(
            new Seen(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                "varve".equals(exchange.getRequestHeaders().getFirst("User-Agent")),
                String.valueOf(exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256")),
                String.valueOf(exchange.getRequestHeaders().getFirst("x-amz-content-sha256"))));
      }
      byte[] body = answer.getBytes(StandardCharsets.UTF_8);
      boolean none = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
      }
      exchange.sendResponseHeaders(status, none ? -1 : body.length);
      if (!none) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static String error(String code, String message) {
    return "<?xml version=\"1.0\"?>\n<Error><Code>"
        + code
        + "</Code><Message>"
        + message
        + "</Message></Error>";
  }

  private void learn() {
    bucket.length("first");
    synchronized (seen) {
      assertThat(seen).allMatch(each -> !each.ours);
      seen.clear();
    }
  }

  @Test
  void theFirstRequestIsTheClientsAndTheOthersGoItsWay() {
    answer = "0123456789";
    learn();

    assertThat(bucket.get("a/b", 0, 100).orElseThrow().total()).isEqualTo(10);
    assertThat(bucket.length("a/b")).hasValue(10);
    answer = "";
    bucket.create("a/b", BYTES);

    assertThat(seen).allMatch(each -> each.ours && each.path.equals("/bucket/a/b"));
    assertThat(seen).extracting(Seen::method).containsExactly("GET", "HEAD", "PUT");
  }

  @Test
  void keysToBeEscapedAreLeftToTheClient() {
    learn();

    bucket.create("a%20b", BYTES);
    bucket.create("a/../b", BYTES);
    bucket.create("a b", BYTES);

    assertThat(seen).hasSize(3).noneMatch(Seen::ours);
    assertThat(seen.get(0).path).isEqualTo("/bucket/a%2520b");
  }

  @Test
  void whatIsKnownOfTheBytesIsSentAndNotComputedAgain() {
    learn();
    ContentHash told = HashAlgorithm.SHA256.hash(new byte[1]);

    bucket.create("k", BYTES);
    bucket.create("k", ByteBuffer.wrap(BYTES), Optional.of(told));

    assertThat(seen).extracting(Seen::payload).containsExactly(HASH.toString(), told.toString());
    assertThat(seen.get(0).checksum).isEqualTo(AwsBucket.sha256(BYTES));
    assertThat(seen.get(1).checksum).isEqualTo(AwsBucket.sha256(new byte[1]));
  }

  @Test
  void refusalsMeanTheSameBothWays() {
    String[][] refusals = {
      {"412", "PreconditionFailed", "TAKEN"},
      {"409", "ConditionalRequestConflict", "CONTENDED"},
      {"503", "SlowDown", "BUSY"},
      {"400", "BadDigest", "BUSY"},
      {"400", "XAmzContentSHA256Mismatch", "REFUSED"},
      {"404", "NoSuchBucket", "REFUSED"},
      {"403", "AccessDenied", "REFUSED"},
    };
    for (String[] each : refusals) {
      status = Integer.parseInt(each[0]);
      answer = error(each[1], "it is &lt;so&gt; &amp;amp; so");
      try (AwsBucket fresh = fresh()) {
        S3Failure client = refusal(fresh);
        S3Failure ours = refusal(fresh);

        assertThat(ours.kind()).isEqualTo(S3Failure.Kind.valueOf(each[2])).isEqualTo(client.kind());
        assertThat(ours)
            .hasMessage(client.getMessage())
            .hasMessageContaining(each[1] + " (it is <so> &amp; so)");
      }
      assertThat(seen).extracting(Seen::ours).containsExactly(false, true);
      seen.clear();
    }
  }

  private AwsBucket fresh() {
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new TestServer(endpoint, "tester", "not-a-secret").requests("bucket");
  }

  private static S3Failure refusal(AwsBucket from) {
    try {
      from.create("k", BYTES);
    } catch (S3Failure refused) {
      return refused;
    }
    throw new AssertionError("it was not refused");
  }

  @Test
  void absentObjectsAreAbsentAndABucketThatIsAbsentIsAFailure() {
    learn();
    status = 404;
    answer = error("NoSuchKey", "no");

    assertThat(bucket.get("k", 0, 10)).isEmpty();
    assertThat(bucket.length("k")).isEmpty();
    answer = error("NoSuchBucket", "no");
    assertThatThrownBy(() -> bucket.get("k", 0, 10)).hasMessageContaining("make the bucket first");

    assertThat(seen).allMatch(Seen::ours);
  }

  @Test
  void noAnswerIsToldAsByTheClient() {
    learn();
    server.stop(0);

    assertThatThrownBy(() -> bucket.get("k", 0, 10))
        .isInstanceOfSatisfying(
            S3Failure.class,
            failed -> assertThat(failed.kind()).isEqualTo(S3Failure.Kind.UNANSWERED))
        .hasMessageContaining("is it reachable?");
  }
}
