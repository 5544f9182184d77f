package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.InvalidNameException;
import dev.varve.memory.MemoryBackend;
import dev.varve.version.Repository;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessTest {
  private final Repository open = Served.create(new MemoryBackend());
  private final Served ocean =
      Served.with(
          new MemoryBackend(),
          (builder, repository) ->
              builder.repository("ocean", repository, "s3cret").repository("pond", open));

  @AfterEach
  void stop() {
    ocean.close();
    open.close();
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void withoutTheTokenNothingIsTold() {
    ocean.commit("main", "a", "inside");

    for (String path :
        List.of(
            "/ocean/@main/a",
            "/ocean/@main/absent",
            "/ocean/@nowhere/a",
            "/ocean/",
            "/ocean/refs",
            "/ocean/refs/main",
            "/ocean/pin/main",
            "/ocean/events/main",
            "/ocean/api/log",
            "/ocean/browse/main/",
            "/ocean/elsewhere",
            "/metrics",
            "/ocean/@main/a?token=other")) {
      HttpResponse<byte[]> response = ocean.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(401);
      assertThat(Served.text(response)).doesNotContain("inside");
      assertThat(response.headers().allValues("WWW-Authenticate"))
          .anyMatch(value -> value.startsWith("Bearer"));
      assertThat(Served.header(response, "Cache-Control")).isEqualTo("no-store");
      assertThat(Served.header(response, "Access-Control-Allow-Origin")).isEqualTo("*");
    }
    assertThat(ocean.get("/ocean/@main/a", "Authorization", "Bearer s3cre").statusCode())
        .isEqualTo(401);
    assertThat(ocean.get("/ocean/@main/a", "Authorization", "Bearer").statusCode()).isEqualTo(401);
    assertThat(ocean.get("/ocean/@main/a", "Authorization", "Basic !!").statusCode())
        .isEqualTo(401);
    assertThat(ocean.get("/ocean/@main/a", "Authorization", basic("s3cret", "x")).statusCode())
        .isEqualTo(401);
  }

  @Test
  void theTokenOpensInEveryFormThatClientsHave() {
    ocean.commit("main", "a", "inside");

    assertThat(Served.text(ocean.get("/ocean/@main/a", "Authorization", "Bearer s3cret")))
        .isEqualTo("inside");
    assertThat(Served.text(ocean.get("/ocean/@main/a", "Authorization", "bearer  s3cret")))
        .isEqualTo("inside");
    assertThat(Served.text(ocean.get("/ocean/@main/a", "Authorization", basic("any", "s3cret"))))
        .isEqualTo("inside");
    assertThat(Served.text(ocean.get("/ocean/@main/a?token=s3cret"))).isEqualTo("inside");
    assertThat(ocean.get("/metrics", "Authorization", "Bearer s3cret").statusCode()).isEqualTo(200);
  }

  @Test
  void sharedCachesMayNotKeepWhatIsProtected() {
    String commit = ocean.commit("main", "a", "inside").toString();

    HttpResponse<byte[]> response =
        ocean.get("/ocean/@" + commit + "/a", "Authorization", "Bearer s3cret");

    assertThat(Served.header(response, "Cache-Control"))
        .isEqualTo("private, max-age=31536000, immutable");
  }

  @Test
  void eachRepositoryHasItsOwnDoor() {
    assertThat(ocean.get("/pond/refs").statusCode()).isEqualTo(200);
    assertThat(ocean.get("/health").statusCode()).isEqualTo(200);
    assertThat(Served.text(ocean.get("/", "Accept", "application/json")))
        .contains("pond")
        .doesNotContain("ocean");
    assertThat(
            Served.text(
                ocean.get("/", "Accept", "application/json", "Authorization", "Bearer s3cret")))
        .contains("pond", "ocean");
    assertThat(Served.text(ocean.get("/")))
        .contains("1 repository needs a token")
        .doesNotContain("ocean");
  }

  @Test
  void aPreflightNeedsNoToken() {
    HttpResponse<byte[]> response =
        ocean.send("OPTIONS", "/ocean/@main/a", "Origin", "https://viewer.example");

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(Served.header(response, "Access-Control-Allow-Headers")).contains("Authorization");
  }

  @Test
  void namesThatCannotBeServedAreRefused() {
    for (String name : List.of("", "a/b", ".", "..", "health", "metrics", "api")) {
      assertThatThrownBy(() -> ZarrServer.builder().repository(name, open))
          .as(name)
          .isInstanceOf(InvalidNameException.class);
    }
    assertThatThrownBy(() -> ZarrServer.builder().repository("a", open).repository("a", open, "t"))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageContaining("same URL");
  }

  @Test
  void onlyBehindAProxyIsWhatItSaysBelieved() {
    String[] headers = {
      "X-Forwarded-Proto",
      "https",
      "X-Forwarded-Host",
      "data.example",
      "X-Forwarded-For",
      "203.0.113.9"
    };
    try (Served behind =
        Served.with(
            new MemoryBackend(),
            (builder, repository) -> builder.repository("ocean", repository).behindProxy())) {
      behind.commit("main", "a", "x");
      assertThat(Served.text(behind.get("/ocean/", headers)))
          .contains("https://data.example/ocean/@main/");
      // Whoever is not on this machine begins no check of a public repository.
      assertThat(behind.send("POST", "/ocean/api/verify", headers).statusCode()).isEqualTo(403);
    }
    ocean.commit("main", "a", "x");
    assertThat(Served.text(ocean.get("/ocean/?token=s3cret", headers)))
        .doesNotContain("data.example");
  }
}
