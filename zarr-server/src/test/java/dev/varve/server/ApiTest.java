package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTest {
  private static final String ARRAY =
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[%d],\"data_type\":\"int8\",\"chunk_grid\":"
          + "{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1]}},\"chunk_key_encoding\":{\"name\":\"default\"},"
          + "\"fill_value\":0,\"codecs\":[{\"name\":\"bytes\"}],\"attributes\":{\"n\":%d}}";
  private static final String GROUP = "{\"zarr_format\":3,\"node_type\":\"group\"}";

  private final DamagedBackend backend = new DamagedBackend(new MemoryBackend());
  private final Served ocean = Served.over(backend);
  private final ContentHash one =
      ocean.commit(
          "main",
          "zarr.json",
          GROUP,
          "air/zarr.json",
          ARRAY.formatted(2, 1),
          "air/c/0",
          "a",
          "readme.txt",
          "hi");
  private final ContentHash two =
      ocean.commit("main", "air/zarr.json", ARRAY.formatted(3, 2), "air/c/1", "b", "air/c/0", "A");

  @AfterEach
  void stop() {
    ocean.close();
  }

  private JsonNode api(String path) {
    var response = ocean.get("/ocean/api/" + path);
    assertThat(response.statusCode()).as(Served.text(response)).isEqualTo(200);
    return Served.json(response);
  }

  @Test
  void logListsCommitsNewestFirst() {
    JsonNode log = api("log");

    assertThat(log.path("commits").findValuesAsText("commit"))
        .containsExactly(two.toString(), one.toString());
    assertThat(log.at("/commits/0/parents/0").asText()).isEqualTo(one.toString());
    assertThat(log.at("/commits/0/message").asText()).isEqualTo("edit air/zarr.json");
    assertThat(log.at("/commits/0/time").asText()).startsWith("2023-11-14T");
    assertThat(log.path("more").asBoolean()).isFalse();
    assertThat(api("log?n=1").path("more").asBoolean()).isTrue();
    assertThat(api("log?n=1&skip=1").at("/commits/0/commit").asText()).isEqualTo(one.toString());
    assertThat(api("log?rev=" + one).path("commits")).hasSize(1);
  }

  @Test
  void logOfAPathListsWhatTouchedIt() {
    assertThat(api("log?path=/air").path("commits")).hasSize(2);
    assertThat(api("log?path=/readme.txt").path("commits").findValuesAsText("commit"))
        .containsExactly(one.toString());
    assertThat(api("log?path=/nothing").path("commits")).isEmpty();
  }

  @Test
  void showTellsWhatASnapshotHolds() {
    JsonNode show = api("show");

    assertThat(show.path("commit").asText()).isEqualTo(two.toString());
    assertThat(show.path("keys").asInt()).isEqualTo(5);
    assertThat(show.path("groups").asInt()).isEqualTo(1);
    assertThat(show.path("arrays").asInt()).isEqualTo(1);
    assertThat(show.path("root").asText()).matches("[0-9a-f]{64}");
  }

  @Test
  void diffTellsChangesInTheWordsOfZarr() {
    JsonNode diff = api("diff?from=main~1&to=main");

    assertThat(diff.path("from").asText()).isEqualTo(one.toString());
    assertThat(diff.path("changes").findValuesAsText("type"))
        .containsExactly("array-resized", "attribute", "chunk", "chunk", "chunks", "summary");
    assertThat(diff.path("truncated").asBoolean()).isFalse();
    assertThat(api("diff").path("changes")).isEqualTo(diff.path("changes"));
    assertThat(api("diff?stat").path("changes").findValuesAsText("type"))
        .containsExactly("array-resized", "attribute", "chunks", "summary");
    JsonNode first = api("diff?limit=1");
    assertThat(first.path("changes")).hasSize(1);
    assertThat(first.path("truncated").asBoolean()).isTrue();
  }

  @Test
  void treeTellsGroupsAndArrays() {
    JsonNode tree = api("tree?chunks");

    assertThat(tree.path("nodes").findValuesAsText("path")).containsExactly("/", "/air");
    JsonNode air = tree.at("/nodes/1");
    assertThat(air.path("shape").toString()).isEqualTo("[3]");
    assertThat(air.path("chunks_total").asInt()).isEqualTo(3);
    assertThat(air.path("chunks_present").asInt()).isEqualTo(2);
    assertThat(air.path("data_type").asText()).isEqualTo("int8");
    assertThat(api("tree?path=/air").path("nodes")).hasSize(1);
    assertThat(api("tree?limit=1").path("truncated").asBoolean()).isTrue();
  }

  @Test
  void lsPagesThroughKeys() {
    assertThat(api("ls").path("entries").findValuesAsText("key"))
        .containsExactly("air/", "readme.txt", "zarr.json");
    List<String> all = new ArrayList<>();
    String after = "";
    boolean more = true;
    while (more) {
      JsonNode page = api("ls?recursive&limit=2&after=" + after);
      all.addAll(page.path("entries").findValuesAsText("key"));
      after = all.get(all.size() - 1);
      more = page.path("truncated").asBoolean();
    }
    assertThat(all)
        .containsExactly("air/c/0", "air/c/1", "air/zarr.json", "readme.txt", "zarr.json");
    assertThat(api("ls?prefix=/air/c").path("entries")).hasSize(2);
    assertThat(ocean.get("/ocean/api/ls?prefix=/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void reflogTellsWhatABranchHeld() {
    assertThat(api("reflog").path("moves").findValuesAsText("commit"))
        .startsWith(two.toString(), one.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"log?n=0", "log?n=x", "log?path=//a", "diff?limit=-1", "tree?limit=1000000"})
  void badParametersAreToldSo(String path) {
    assertThat(ocean.get("/ocean/api/" + path).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"log?rev=nowhere", "diff?from=nowhere", "show?rev=main~9", "elsewhere", ""})
  void whatIsNotThereIs404(String path) {
    assertThat(ocean.get("/ocean/api/" + path).statusCode()).isEqualTo(404);
  }

  @Test
  void verifyTellsDamageOfTheLastCheck() {
    assertThat(api("verify").path("state").asText()).isEqualTo("never");
    backend.flip(ocean.object("air/c/1"), 3);

    assertThat(ocean.send("POST", "/ocean/api/verify").statusCode()).isEqualTo(202);
    JsonNode run = api("verify");
    while (run.path("state").asText().equals("running")) {
      run = api("verify");
    }

    assertThat(run.path("state").asText()).isEqualTo("done");
    assertThat(run.path("clean").asBoolean()).isFalse();
    assertThat(run.path("damaged").asInt()).isEqualTo(1);
    assertThat(run.at("/findings/0/key").asText()).isEqualTo("air/c/1");
    assertThat(run.at("/findings/0/object").asText()).isEqualTo(ocean.object("air/c/1").toString());
    assertThat(ocean.send("POST", "/ocean/api/log").statusCode()).isEqualTo(405);
  }

  @Test
  void theDescriptionListsWhatIsAnswered() throws Exception {
    JsonNode document = new ObjectMapper().readTree(ocean.get("/api/openapi.json").body());
    assertThat(document.path("openapi").asText()).startsWith("3.");

    Iterator<Map.Entry<String, JsonNode>> paths = document.path("paths").properties().iterator();
    int asked = 0;
    while (paths.hasNext()) {
      Map.Entry<String, JsonNode> path = paths.next();
      JsonNode get = path.getValue().path("get");
      String url =
          path.getKey()
              .replace("{repository}", "ocean")
              .replace("{revision}", "main")
              .replace("{name}", "main")
              .replace("{key}", "air/c/0")
              .replace("{path}", "air");
      String status = get.path("responses").fieldNames().next();
      var response = url.contains("/events/") ? ocean.head(url) : ocean.get(url);
      assertThat(Integer.toString(response.statusCode())).as(url).isEqualTo(status);
      JsonNode content = get.path("responses").path(status).path("content");
      if (content.isObject()) {
        assertThat(Served.header(response, "Content-Type"))
            .as(url)
            .startsWith(content.fieldNames().next());
      }
      for (JsonNode parameter : get.path("parameters")) {
        String reference = parameter.path("$ref").asText();
        assertThat(reference.isEmpty() || !document.at(reference.substring(1)).isMissingNode())
            .as(reference)
            .isTrue();
      }
      asked++;
    }
    assertThat(asked).isGreaterThanOrEqualTo(20);
  }
}
