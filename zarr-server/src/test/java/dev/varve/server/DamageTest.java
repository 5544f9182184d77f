package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.blob.Blobs;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.testkit.DamagedBackend;
import dev.varve.testkit.GeneratedSource;
import dev.varve.version.Repository;
import dev.varve.zarr.ZarrConflictRule;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is damaged or lost is told by its name, never taken for absent, and never sent. */
class DamageTest {
  private static final int LARGE = Blobs.MAX_WHOLE + (1 << 20);

  private final DamagedBackend backend = new DamagedBackend(new MemoryBackend());
  private Served ocean = Served.over(backend);

  @AfterEach
  void stop() {
    ocean.close();
  }

  private static byte[] value(int size) throws Exception {
    return GeneratedSource.of(3, size).open().readAllBytes();
  }

  private void assertDamage(HttpResponse<byte[]> response, String code, ContentHash object) {
    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(Served.header(response, "Varve-Error")).isEqualTo(code);
    assertThat(Served.header(response, "Varve-Object")).isEqualTo(object.toString());
    assertThat(Served.header(response, "Cache-Control")).isEqualTo("no-store");
    assertThat(Served.header(response, "ETag")).isEmpty();
    JsonNode json = Served.json(response);
    assertThat(json.path("object").asText()).isEqualTo(object.toString());
    assertThat(json.path("key").asText()).isEqualTo("air/c/0");
    assertThat(json.path("message").asText()).contains(object.toString());
  }

  @Test
  void oneFlippedBitIsFoundInWholesAndRanges() throws Exception {
    ocean.commit("air/c/0", value(300_000));
    ContentHash object = ocean.object("air/c/0");
    backend.flip(object, 8 * 250_000);

    assertDamage(ocean.get("/ocean/@main/air/c/0"), "damaged", object);
    // The range itself is whole; the value is not, and nothing of it was ever proved.
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-9"), "damaged", object);
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-9,20-29"), "damaged", object);
    assertThat(Served.json(ocean.get("/ocean/@main/air/c/0")).path("actual").asText())
        .matches("[0-9a-f]{64}");
  }

  @Test
  void damageAfterAValueWasProvedIsFoundInTheBytesItTouches() throws Exception {
    ocean.commit("air/c/0", value(300_000));
    ContentHash object = ocean.object("air/c/0");
    assertThat(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=250000-250009").statusCode())
        .isEqualTo(206);
    assertThat(ocean.get("/ocean/@main/air/c/0").statusCode()).isEqualTo(200);
    backend.flip(object, 8 * 250_005);

    assertDamage(
        ocean.get("/ocean/@main/air/c/0", "Range", "bytes=250000-250009"), "damaged", object);
    assertDamage(ocean.get("/ocean/@main/air/c/0"), "damaged", object);

    backend.restore();
    assertThat(ocean.get("/ocean/@main/air/c/0").statusCode()).isEqualTo(200);
    assertThat(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=250000-250009").statusCode())
        .isEqualTo(206);
  }

  @Test
  void aLostValueIsNeverAbsent() throws Exception {
    ocean.commit("air/c/0", value(1000));
    ContentHash object = ocean.object("air/c/0");
    ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-9");
    backend.delete(object);

    assertDamage(ocean.get("/ocean/@main/air/c/0"), "missing", object);
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-9"), "missing", object);
    HttpResponse<byte[]> head = ocean.head("/ocean/@main/air/c/0");
    assertThat(head.statusCode()).isEqualTo(502);
    assertThat(Served.header(head, "Varve-Object")).isEqualTo(object.toString());
    assertThat(ocean.get("/ocean/@main/air/c/1").statusCode()).isEqualTo(404);
  }

  @Test
  void aCutValueAndSwappedValuesAreDamage() throws Exception {
    ocean.commit("air/c/0", value(1000));
    ContentHash object = ocean.object("air/c/0");
    backend.cut(object, 999);
    assertDamage(ocean.get("/ocean/@main/air/c/0"), "damaged", object);
    assertThat(ocean.head("/ocean/@main/air/c/0").statusCode()).isEqualTo(502);

    backend.restore();
    ocean.commit("air/c/1", value(2000));
    backend.swap(object, ocean.object("air/c/1"));
    assertDamage(ocean.get("/ocean/@main/air/c/0"), "damaged", object);
  }

  @Test
  void aClientThatHasTheValueNeedsNoBytesOfIt() throws Exception {
    byte[] value = value(1000);
    ocean.commit("air/c/0", value);
    backend.delete(ocean.object("air/c/0"));

    assertThat(
            ocean
                .get("/ocean/@main/air/c/0", "If-None-Match", '"' + Served.sha256(value) + '"')
                .statusCode())
        .isEqualTo(304);
  }

  @Test
  void aLargeDamagedValueIsBrokenOffBeforeItsEnd() throws Exception {
    byte[] value = value(LARGE);
    ocean.commit("air/c/0", value);
    ContentHash object = ocean.object("air/c/0");
    value[17] ^= 1;
    backend.replace(object, ByteBuffer.wrap(value));

    RawAnswer answer =
        RawAnswer.of(
            ocean.server().port(),
            "GET /ocean/@main/air/c/0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.text()).contains("Content-Length: " + LARGE);
    assertThat(answer.bodyLength()).isLessThan(LARGE);
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=-10"), "damaged", object);
  }

  @Test
  void aLargeValueIsProvedBeforeItsFirstRange() throws Exception {
    byte[] value = value(LARGE);
    ocean.commit("air/c/0", value);
    ContentHash object = ocean.object("air/c/0");
    byte[] damaged = value.clone();
    damaged[17] ^= 1;
    backend.replace(object, ByteBuffer.wrap(damaged));
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=-10"), "damaged", object);

    backend.restore();
    assertThat(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-99").statusCode())
        .isEqualTo(206);
    backend.replace(object, ByteBuffer.wrap(damaged));
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-99"), "damaged", object);
  }

  @Test
  void withoutMemoryForWholeValuesNoDamagedByteIsSentEither() throws Exception {
    ocean.close();
    DamagedBackend other = new DamagedBackend(new MemoryBackend());
    ocean = Served.over(other, ServerLimits.usual().withHeldBytes(0));
    ocean.commit("air/c/0", value(300_000));
    ContentHash object = ocean.object("air/c/0");
    other.flip(object, 8 * 299_999);

    assertDamage(ocean.get("/ocean/@main/air/c/0"), "damaged", object);
    assertDamage(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-9"), "damaged", object);
    other.restore();
    assertThat(ocean.get("/ocean/@main/air/c/0").statusCode()).isEqualTo(200);
  }

  @Test
  void aDamagedTreeOrCommitIsNamedToo() {
    ContentHash first = ocean.commit("main", "air/c/0", "x");
    ContentHash root = ocean.repository().commit(first).manifest().chunks();
    ocean.commit("main", "air/c/1", "y");
    // Nodes that were read once are kept; a server that has not seen this one meets the damage.
    try (ZarrServer fresh = server(ocean)) {
      backend.flip(root, 70);
      HttpResponse<byte[]> response = new Asking(fresh).get("/ocean/@" + first + "/air/c/0");
      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(Served.text(response)).contains(root.toString());
      backend.restore();

      ContentHash head =
          ocean.repository().refs().find(RefName.branch("main")).orElseThrow().commit();
      backend.delete(head);
      for (String path :
          List.of("/ocean/@main/air/c/0", "/ocean/", "/ocean/api/log", "/ocean/browse/main/")) {
        response = new Asking(fresh).get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(502);
        assertThat(Served.header(response, "Varve-Object")).isEqualTo(head.toString());
      }
    }
  }

  /** A second server over the same storage, with nothing in memory. */
  private ZarrServer server(Served served) {
    return ZarrServer.builder()
        .port(0)
        .repository(
            "ocean",
            Repository.open(backend, served.repository().environment(), new ZarrConflictRule()))
        .start();
  }

  private record Asking(ZarrServer server) {
    HttpResponse<byte[]> get(String path) {
      try {
        return HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.uri().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
      } catch (IOException | InterruptedException failed) {
        throw new AssertionError(failed);
      }
    }
  }

  @Test
  void damageIsCounted() throws Exception {
    ocean.commit("air/c/0", value(1000));
    backend.flip(ocean.object("air/c/0"), 5);
    ocean.get("/ocean/@main/air/c/0");
    ocean.get("/ocean/@main/air/c/0");

    assertThat(Served.text(ocean.get("/metrics")))
        .contains("varve_damage_total{repository=\"ocean\"} 2");
  }
}
