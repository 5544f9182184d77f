package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefsTest {
  private final Served ocean = Served.inMemory();

  @AfterEach
  void stop() {
    ocean.close();
  }

  @Test
  void aRefTellsItsCommit() {
    ContentHash one = ocean.commit("main", "a", "1");
    ocean.commit("ingest/2026", "a", "2");
    ocean.tag("v1", one);

    JsonNode main = Served.json(ocean.get("/ocean/refs/main"));
    assertThat(main.path("commit").asText()).isEqualTo(one.toString());
    assertThat(main.path("kind").asText()).isEqualTo("branch");
    assertThat(Served.text(ocean.get(main.path("url").asText() + "a"))).isEqualTo("1");
    assertThat(Served.json(ocean.get("/ocean/refs/v1")).path("kind").asText()).isEqualTo("tag");
    assertThat(Served.json(ocean.get("/ocean/refs/ingest/2026")).path("name").asText())
        .isEqualTo("ingest/2026");
    assertThat(Served.json(ocean.get("/ocean/refs")).path("refs").findValuesAsText("name"))
        .containsExactly("ingest/2026", "main", "v1");
    assertThat(ocean.get("/ocean/refs/nowhere").statusCode()).isEqualTo(404);
    assertThat(ocean.get("/ocean/refs/~x").statusCode()).isEqualTo(404);
  }

  @Test
  void pinLeadsToTheCommitAndKeepsTheKey() {
    ContentHash one = ocean.commit("main", "air/c/0", "1");

    HttpResponse<byte[]> pin = ocean.get("/ocean/pin/main");
    assertThat(pin.statusCode()).isEqualTo(307);
    assertThat(Served.header(pin, "Location")).isEqualTo("/ocean/@" + one + "/");
    assertThat(Served.header(pin, "Cache-Control")).isEqualTo("no-cache");
    assertThat(Served.header(ocean.get("/ocean/pin/main/air/c/0?x=1"), "Location"))
        .isEqualTo("/ocean/@" + one + "/air/c/0?x=1");
    String location = Served.header(ocean.get("/ocean/pin/main/air/"), "Location");
    ocean.commit("main", "air/c/0", "2");
    assertThat(Served.text(ocean.get(location + "c/0"))).isEqualTo("1");
    assertThat(ocean.get("/ocean/pin/nowhere").statusCode()).isEqualTo(404);
  }

  private CompletableFuture<HttpResponse<byte[]>> later(String path) {
    return ocean
        .client()
        .sendAsync(
            HttpRequest.newBuilder(ocean.uri(path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void waitingEndsWhenTheRefMoves() throws Exception {
    ContentHash one = ocean.commit("main", "a", "1");
    CompletableFuture<HttpResponse<byte[]>> waiting =
        later("/ocean/refs/main?timeout=60&wait=" + one);
    untilWatched(1);
    assertThat(waiting).isNotDone();

    ContentHash two = ocean.commit("main", "a", "2");

    HttpResponse<byte[]> response = waiting.get(20, TimeUnit.SECONDS);
    assertThat(Served.json(response).path("commit").asText()).isEqualTo(two.toString());
  }

  /** Waits until the server says that so many clients wait; it has no other effect on them. */
  private void untilWatched(int clients) {
    while (!Served.text(ocean.get("/metrics")).contains("varve_watchers " + clients + "\n")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void waitingForWhatHasHappenedEndsAtOnce() {
    ContentHash one = ocean.commit("main", "a", "1");
    ContentHash two = ocean.commit("main", "a", "2");

    HttpResponse<byte[]> response = ocean.get("/ocean/refs/main?timeout=600&wait=" + one);

    assertThat(Served.json(response).path("commit").asText()).isEqualTo(two.toString());
  }

  @Test
  void waitingEndsWithTheSameCommitWhenTimeIsUp() {
    ContentHash one = ocean.commit("main", "a", "1");

    assertThat(
            Served.json(ocean.get("/ocean/refs/main?timeout=0&wait=" + one))
                .path("commit")
                .asText())
        .isEqualTo(one.toString());
    assertThat(
            Served.json(ocean.get("/ocean/refs/main?timeout=1&wait=" + one))
                .path("commit")
                .asText())
        .isEqualTo(one.toString());
  }

  @Test
  void waitingForNonsenseIsRefused() {
    ContentHash one = ocean.commit("main", "a", "1");

    assertThat(ocean.get("/ocean/refs/main?wait=abc").statusCode()).isEqualTo(400);
    assertThat(ocean.get("/ocean/refs/main?timeout=x&wait=" + one).statusCode()).isEqualTo(400);
    assertThat(ocean.get("/ocean/refs/main?timeout=601&wait=" + one).statusCode()).isEqualTo(400);
    assertThat(ocean.get("/ocean/refs/nowhere?wait=" + one).statusCode()).isEqualTo(404);
  }

  @Test
  void aDeletedRefIsToldToThoseWhoWait() throws Exception {
    ContentHash one = ocean.commit("main", "a", "1");
    CompletableFuture<HttpResponse<byte[]>> waiting =
        later("/ocean/refs/main?timeout=60&wait=" + one);
    untilWatched(1);

    ocean.repository().refs().delete(RefName.branch("main"), "test");

    assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(404);
    assertThat(ocean.get("/ocean/refs/main").statusCode()).isEqualTo(404);
  }

  @Test
  void eventsTellWhatIsAndEveryMove() throws Exception {
    ContentHash one = ocean.commit("main", "a", "1");
    HttpResponse<InputStream> response =
        ocean
            .client()
            .send(
                HttpRequest.newBuilder(ocean.uri("/ocean/events/main")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertThat(Served.header(response, "Content-Type")).isEqualTo("text/event-stream");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(nextCommit(lines)).isEqualTo(one.toString());
      ContentHash two = ocean.commit("main", "a", "2");
      assertThat(nextCommit(lines)).isEqualTo(two.toString());
      ocean.repository().refs().delete(RefName.branch("main"), "test");
      assertThat(nextCommit(lines)).isEqualTo("null");
    }
  }

  private static String nextCommit(BufferedReader lines) throws Exception {
    String line = lines.readLine();
    while (!line.startsWith("data: ")) {
      line = lines.readLine();
    }
    return new ObjectMapper().readTree(line.substring("data: ".length())).path("commit").asText();
  }

  @Test
  void eventsGoOnWhereTheClientWas() throws Exception {
    ContentHash one = ocean.commit("main", "a", "1");
    HttpResponse<InputStream> response =
        ocean
            .client()
            .send(
                HttpRequest.newBuilder(ocean.uri("/ocean/events/main"))
                    .header("Last-Event-ID", one.toString())
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      untilWatched(1);
      ContentHash two = ocean.commit("main", "a", "2");
      assertThat(nextCommit(lines)).isEqualTo(two.toString());
    }
  }

  @Test
  void stoppingEndsThoseWhoWait() throws Exception {
    ContentHash one = ocean.commit("main", "a", "1");
    CompletableFuture<HttpResponse<byte[]>> waiting =
        later("/ocean/refs/main?timeout=600&wait=" + one);
    HttpResponse<InputStream> events =
        ocean
            .client()
            .send(
                HttpRequest.newBuilder(ocean.uri("/ocean/events/main")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    untilWatched(2);

    ocean.server().close();

    assertThat(Served.json(waiting.get(20, TimeUnit.SECONDS)).path("commit").asText())
        .isEqualTo(one.toString());
    assertThat(new String(events.body().readAllBytes(), StandardCharsets.UTF_8))
        .contains(one.toString());
  }
}
