package dev.varve.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fate, before a server that keeps what it is given. */
class FaultProxyTest {
  private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    proxy =
        FaultProxy.before(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), FaultPlan.NONE);
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String key = exchange.getRequestURI().toString();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestMethod().equals("PUT")) {
        boolean first = stored.putIfAbsent(key, body) == null;
        exchange.sendResponseHeaders(first ? 200 : 412, -1);
        return;
      }
      byte[] bytes = stored.get(key);
      exchange.sendResponseHeaders(bytes == null ? 404 : 200, bytes == null ? -1 : bytes.length);
      if (bytes != null) {
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  private HttpResponse<byte[]> put(String key, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(proxy.endpoint().resolve(key))
            .header("If-None-Match", "*")
            .PUT(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> get(String key) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(proxy.endpoint().resolve(key)).build(), BodyHandlers.ofByteArray());
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    return bytes;
  }

  private void meet(Fate fate) {
    proxy.follow((method, target) -> fate);
  }

  @Test
  void whatPassesIsUnchangedAndNoted() throws Exception {
    assertThat(put("/a?x=1", bytes(300_000)).statusCode()).isEqualTo(200);
    assertThat(get("/a?x=1").body()).isEqualTo(bytes(300_000));
    assertThat(get("/b").statusCode()).isEqualTo(404);

    List<Exchange> seen = proxy.exchanges();
    assertThat(seen).extracting(Exchange::method).containsExactly("PUT", "GET", "GET");
    assertThat(seen).extracting(Exchange::status).containsExactly(200, 200, 404);
    assertThat(seen.get(0).sent()).isEqualTo(300_000);
    assertThat(seen.get(1).received()).isEqualTo(300_000);
    assertThat(Exchange.depth(seen)).isEqualTo(3);
  }

  @Test
  void resetBeforeIsNotApplied() {
    meet(Fate.RESET_BEFORE);

    assertThatThrownBy(() -> put("/a", bytes(10))).isInstanceOf(IOException.class);

    assertThat(stored).isEmpty();
  }

  @Test
  void resetAfterIsApplied() {
    meet(Fate.RESET_AFTER);

    assertThatThrownBy(() -> put("/a", bytes(10))).isInstanceOf(IOException.class);

    assertThat(stored).containsKey("/a");
  }

  @Test
  void slowDownIsAnAnswerAndNotApplied() throws Exception {
    meet(Fate.SLOW_DOWN);

    HttpResponse<byte[]> answer = put("/a", bytes(10));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("<Code>SlowDown</Code>");
    assertThat(stored).isEmpty();
  }

  @Test
  void answerToHeadHasNoBodyThatTheNextAnswerWouldBeginWith() throws Exception {
    put("/a", bytes(10));
    meet(Fate.SLOW_DOWN);
    HttpRequest head =
        HttpRequest.newBuilder(proxy.endpoint().resolve("/a"))
            .method("HEAD", BodyPublishers.noBody())
            .build();

    assertThat(client.send(head, BodyHandlers.discarding()).statusCode()).isEqualTo(503);
    meet(Fate.PASS);

    assertThat(get("/a").body()).hasSize(10);
  }

  @Test
  void earlyRefusalIsOfNamesThatAreTaken() throws Exception {
    meet(Fate.EARLY_REFUSAL);
    assertThat(put("/a", bytes(10)).statusCode()).isEqualTo(200);

    int status = 0;
    try {
      status = put("/a", bytes(4 << 20)).statusCode();
    } catch (IOException unanswered) {
      status = 412;
    }

    assertThat(status).isEqualTo(412);
    assertThat(proxy.exchanges().get(1).fate()).isEqualTo(Fate.EARLY_REFUSAL);
    assertThat(stored.get("/a")).hasSize(10);
  }

  @Test
  void truncatedAnswerIsAnErrorToItsClient() throws Exception {
    put("/a", bytes(100_000));
    meet(Fate.TRUNCATED);

    assertThatThrownBy(() -> get("/a")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get("/absent")).isInstanceOf(IOException.class);
  }

  @Test
  void lateRequestIsAppliedWhenItsClientIsGone() throws Exception {
    meet(Fate.LATE);
    assertThatThrownBy(() -> put("/a", bytes(10))).isInstanceOf(IOException.class);
    assertThat(stored).isEmpty();
    meet(Fate.PASS);

    for (int i = 0; !stored.containsKey("/a") && i < 50; i++) {
      get("/other");
    }

    assertThat(stored).containsKey("/a");
  }

  @Test
  void closingDeliversWhatIsLate() {
    meet(Fate.LATE);
    assertThatThrownBy(() -> put("/a", bytes(10))).isInstanceOf(IOException.class);

    proxy.close();

    assertThat(stored).containsKey("/a");
  }

  @Test
  void delayIsBeforeTheServerHearsOfIt() throws Exception {
    proxy.delay(Duration.ofMillis(20));

    get("/a");

    Exchange seen = proxy.exchanges().get(0);
    assertThat(seen.ended() - seen.begun()).isGreaterThanOrEqualTo(20_000_000L);
  }

  @Test
  void seededPlanMeetsEveryWayAndMostlyNone() {
    Set<Fate> ways = EnumSet.complementOf(EnumSet.of(Fate.PASS));
    FaultPlan plan = FaultPlan.seeded(1, 10, ways);
    FaultPlan again = FaultPlan.seeded(1, 10, ways);
    Map<Fate, Integer> met = new EnumMap<>(Fate.class);
    for (int i = 0; i < 10_000; i++) {
      Fate fate = plan.of("GET", "/");
      assertThat(again.of("GET", "/")).isEqualTo(fate);
      met.merge(fate, 1, Integer::sum);
    }

    assertThat(met).containsOnlyKeys(Fate.values());
    assertThat(met.get(Fate.PASS)).isBetween(8_000, 9_500);
  }

  @Test
  void depthIsTheLongestChainOfRequestsOneAfterAnother() {
    assertThat(Exchange.depth(List.of(during(0, 10), during(1, 9), during(2, 30)))).isEqualTo(1);
    assertThat(Exchange.depth(List.of(during(0, 10), during(11, 20), during(5, 15)))).isEqualTo(2);
    assertThat(Exchange.depth(List.of())).isZero();
  }

  private static Exchange during(long begun, long ended) {
    return new Exchange("GET", "/", Fate.PASS, 200, begun, ended, 0, 0);
  }
}
