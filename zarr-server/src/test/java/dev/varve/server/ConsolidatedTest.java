package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsolidatedTest {
  private static final JsonMapper LENIENT =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final String GROUP =
      "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{}}";

  private final Served ocean = Served.inMemory();

  @AfterEach
  void stop() {
    ocean.close();
  }

  private static JsonNode parse(HttpResponse<byte[]> response) throws IOException {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(Served.header(response, "Content-Type")).isEqualTo("application/json");
    assertThat(Served.header(response, "ETag"))
        .isEqualTo('"' + Served.sha256(response.body()) + '"');
    return LENIENT.readTree(response.body());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String array(String attributes) {
    return "{\"zarr_format\":3,\"node_type\":\"array\",\"fill_value\":NaN, \"attributes\":"
        + attributes
        + "}";
  }

  @Test
  void version2GroupsHaveItWhereTheWriterStoredNone() throws Exception {
    ocean.commit(
        "main",
        ".zgroup",
        "{\"zarr_format\":2}",
        ".zattrs",
        "{\"t\": 1e20}",
        "a/.zarray",
        "{\"fill_value\": NaN}",
        "g/.zgroup",
        "{ }",
        "g/b/.zarray",
        "{}",
        "a/0",
        "chunk",
        "broken/.zarray",
        "no json");

    JsonNode all = parse(ocean.get("/ocean/@main/.zmetadata"));
    assertThat(all.path("zarr_consolidated_format").asInt()).isEqualTo(1);
    assertThat(names(all.path("metadata")))
        .containsExactly(".zattrs", ".zgroup", "a/.zarray", "g/.zgroup", "g/b/.zarray");
    assertThat(Served.text(ocean.get("/ocean/@main/.zmetadata")))
        .contains("{\"t\": 1e20}", "{\"fill_value\": NaN}");
    assertThat(names(parse(ocean.get("/ocean/@main/g/.zmetadata")).path("metadata")))
        .containsExactly(".zgroup", "b/.zarray");
    assertThat(ocean.get("/ocean/@main/a/.zmetadata").statusCode()).isEqualTo(404);
    assertThat(ocean.get("/ocean/@main/nowhere/.zmetadata").statusCode()).isEqualTo(404);
    // It is no key of the snapshot.
    assertThat(IndexParsers.fsspec(Served.text(ocean.get("/ocean/@main/"))))
        .doesNotContain(".zmetadata");
  }

  @Test
  void whatTheWriterStoredIsServedAsItIs() throws Exception {
    ocean.commit("main", ".zgroup", "{}", "a/.zarray", "{}", ".zmetadata", "{\"stale\":true}");

    assertThat(Served.text(ocean.get("/ocean/@main/.zmetadata"))).isEqualTo("{\"stale\":true}");
    assertThat(names(parse(ocean.get("/ocean/@main+consolidated/.zmetadata")).path("metadata")))
        .containsExactly(".zgroup", "a/.zarray");
  }

  @Test
  void version3GroupsHaveItInTheViewThatIsAskedFor() throws Exception {
    String root =
        "{ \"zarr_format\": 3,\n \"node_type\": \"group\", \"attributes\": {\"x\": 1e20, \"n\": -Infinity,"
            + " \"s\": \"},{\\\"\\u00e9\"}, \"consolidated_metadata\": {\"kind\":\"inline\",\"metadata\":{\"gone\":{}}},"
            + " \"last\": [1, 2.50]}";
    ocean.commit(
        "main",
        "zarr.json",
        root,
        "air/zarr.json",
        array("{\"units\":\"K\"}"),
        "g/zarr.json",
        GROUP,
        "g/\u6e29\u5ea6 \"q\"/zarr.json",
        array("{}"),
        "air/c/0",
        "chunk");

    assertThat(Served.text(ocean.get("/ocean/@main/zarr.json"))).isEqualTo(root);
    HttpResponse<byte[]> response = ocean.get("/ocean/@main+consolidated/zarr.json");
    JsonNode view = parse(response);
    assertThat(names(view))
        .containsExactly("zarr_format", "node_type", "attributes", "last", "consolidated_metadata");
    assertThat(view.at("/attributes/s").asText()).isEqualTo("},{\"\u00e9");
    assertThat(Served.text(response))
        .contains("\"x\": 1e20, \"n\": -Infinity", "\"last\": [1, 2.50]");
    JsonNode inline = view.path("consolidated_metadata");
    assertThat(inline.path("kind").asText()).isEqualTo("inline");
    assertThat(inline.path("must_understand").isBoolean()).isTrue();
    assertThat(inline.path("must_understand").asBoolean()).isFalse();
    assertThat(names(inline.path("metadata"))).containsExactly("air", "g", "g/\u6e29\u5ea6 \"q\"");
    assertThat(inline.at("/metadata/air/attributes/units").asText()).isEqualTo("K");
    assertThat(
            names(
                parse(ocean.get("/ocean/@main+consolidated/g/zarr.json"))
                    .at("/consolidated_metadata/metadata")))
        .containsExactly("\u6e29\u5ea6 \"q\"");
  }

  @Test
  void allElseInTheViewIsAsStored() {
    ocean.commit("main", "zarr.json", GROUP, "air/zarr.json", array("{}"), "air/c/0", "chunk");

    for (String path : List.of("air/zarr.json", "air/c/0")) {
      HttpResponse<byte[]> plain = ocean.get("/ocean/@main/" + path);
      HttpResponse<byte[]> view = ocean.get("/ocean/@main+consolidated/" + path);
      assertThat(view.body()).isEqualTo(plain.body());
      assertThat(Served.header(view, "ETag")).isEqualTo(Served.header(plain, "ETag"));
    }
    assertThat(ocean.get("/ocean/@main+consolidated/air/c/1").statusCode()).isEqualTo(404);
    assertThat(ocean.get("/ocean/@main%2Bconsolidated/air/").statusCode()).isEqualTo(200);
  }

  @Test
  void theViewIsNeverStale() throws Exception {
    ocean.commit("main", "zarr.json", GROUP);
    String empty = Served.header(ocean.get("/ocean/@main+consolidated/zarr.json"), "ETag");
    ocean.commit("main", "air/zarr.json", array("{}"));

    HttpResponse<byte[]> response =
        ocean.get("/ocean/@main+consolidated/zarr.json", "If-None-Match", empty);

    assertThat(names(parse(response).at("/consolidated_metadata/metadata"))).containsExactly("air");
    assertThat(
            ocean
                .get(
                    "/ocean/@main+consolidated/zarr.json",
                    "If-None-Match",
                    Served.header(response, "ETag"))
                .statusCode())
        .isEqualTo(304);
  }

  @Test
  void computedDocumentsHaveRangesAndHeadsToo() {
    ocean.commit("main", "zarr.json", GROUP, "air/zarr.json", array("{}"));
    byte[] all = ocean.get("/ocean/@main+consolidated/zarr.json").body();

    HttpResponse<byte[]> tail =
        ocean.get("/ocean/@main+consolidated/zarr.json", "Range", "bytes=-3");
    assertThat(tail.statusCode()).isEqualTo(206);
    assertThat(Served.text(tail)).isEqualTo("}}}");
    assertThat(Served.header(ocean.head("/ocean/@main+consolidated/zarr.json"), "Content-Length"))
        .isEqualTo(Integer.toString(all.length));
  }
}
