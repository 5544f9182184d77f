package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffTest {
  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
    Cli.apply(
        repo,
        "one",
        Cli.set("zarr.json", Zarr.groupV3("{}")),
        Cli.set("air/zarr.json", Zarr.arrayV3("4, 6", "{\"units\": \"K\", \"old\": null}")),
        Cli.set("air/c/0/0", "a"),
        Cli.set("air/c/0/1", "bb"),
        Cli.set("notes", "1"));
    Cli.apply(
        repo,
        "two",
        Cli.set(
            "air/zarr.json",
            Zarr.arrayV3(
                "6, 6", "{\"units\": \"degC\", \"top\": Infinity, \"low\": [-Infinity, NaN]}")),
        Cli.set("air/c/0/0", "ccc"),
        Cli.set("air/c/2/1", "dddd"),
        "{\"delete\":\"air/c/0/1\"}",
        Cli.set("notes", "2"),
        Cli.set("new/zarr.json", Zarr.groupV3("{\"a\": 1}")),
        Cli.set("new/sea/zarr.json", Zarr.arrayV3("2, 3", "{}")),
        Cli.set("new/sea/c/0/0", "x"));
  }

  private List<JsonNode> diff(String... more) {
    String[] args = {"diff", repo, "main~1", "main", "--json"};
    return Cli.run(Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new))
        .exits(0)
        .lines();
  }

  private static JsonNode one(List<JsonNode> lines, String type, String path) {
    List<JsonNode> found =
        lines.stream()
            .filter(
                l -> l.path("type").asText().equals(type) && l.path("path").asText().equals(path))
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @Test
  void tellsChangesInTheWordsOfZarr() {
    List<JsonNode> lines = diff();
    assertThat(Cli.fields(one(lines, "array-added", "/new/sea"))).containsExactly("type", "path");
    assertThat(Cli.fields(one(lines, "group-added", "/new"))).containsExactly("type", "path");
    JsonNode resized = one(lines, "array-resized", "/air");
    assertThat(Cli.fields(resized)).containsExactly("type", "path", "old", "new");
    assertThat(resized.path("old").toString()).isEqualTo("[4,6]");
    assertThat(resized.path("new").toString()).isEqualTo("[6,6]");
    assertThat(lines.get(lines.size() - 1).toString())
        .isEqualTo("{\"type\":\"summary\",\"keys_added\":4,\"keys_changed\":3,\"keys_removed\":1}");
    JsonNode file =
        lines.stream()
            .filter(l -> l.path("type").asText().equals("file"))
            .findFirst()
            .orElseThrow();
    assertThat(file.toString())
        .isEqualTo("{\"type\":\"file\",\"key\":\"notes\",\"change\":\"changed\"}");
  }

  @Test
  void attributesAreStrictJson() {
    List<JsonNode> attributes =
        diff().stream().filter(l -> l.path("type").asText().equals("attribute")).toList();
    assertThat(attributes)
        .extracting(JsonNode::toString)
        .containsExactlyInAnyOrder(
            "{\"type\":\"attribute\",\"path\":\"/air\",\"name\":\"units\",\"old\":\"K\",\"new\":\"degC\"}",
            "{\"type\":\"attribute\",\"path\":\"/air\",\"name\":\"old\",\"old\":null}",
            "{\"type\":\"attribute\",\"path\":\"/air\",\"name\":\"top\",\"new\":\"Infinity\"}",
            "{\"type\":\"attribute\",\"path\":\"/air\",\"name\":\"low\",\"new\":[\"-Infinity\",\"NaN\"]}");
  }

  @Test
  void chunksAreToldOneByOneAndInSum() {
    List<JsonNode> lines = diff();
    List<JsonNode> chunks =
        lines.stream()
            .filter(
                l ->
                    l.path("type").asText().equals("chunk")
                        && l.path("path").asText().equals("/air"))
            .toList();
    assertThat(chunks)
        .extracting(l -> l.path("coords") + " " + l.path("change").asText())
        .containsExactly("[0,0] changed", "[0,1] removed", "[2,1] added");
    assertThat(Cli.fields(chunks.get(0)))
        .containsExactly("type", "path", "coords", "change", "old", "new");
    assertThat(chunks.get(0).path("new").asText())
        .isEqualTo("64daa44ad493ff28a96effab6e77f1732a3d97d83241581b37dbd70a7a4900fe");
    assertThat(chunks.get(1).has("new")).isFalse();
    assertThat(chunks.get(2).has("old")).isFalse();
    assertThat(one(lines, "chunks", "/air").toString())
        .isEqualTo(
            "{\"type\":\"chunks\",\"path\":\"/air\",\"added\":1,\"changed\":1,\"removed\":1,"
                + "\"bytes_added\":7,\"bytes_removed\":3}");
    assertThat(one(lines, "chunks", "/new/sea").path("added").asInt()).isEqualTo(1);
  }

  @Test
  void statLeavesOutTheSingleChunksAlone() {
    List<JsonNode> all = diff();
    List<JsonNode> stat = diff("--stat");
    assertThat(stat)
        .containsExactlyElementsOf(
            all.stream().filter(l -> !l.path("type").asText().equals("chunk")).toList());
  }

  @Test
  void backwardsAddedAndRemovedChangePlaces() {
    List<JsonNode> lines = Cli.run("diff", repo, "main", "main~1", "--json").exits(0).lines();
    one(lines, "array-removed", "/new/sea");
    one(lines, "group-removed", "/new");
    assertThat(
            Cli.run("diff", repo, "main", "main", "--json")
                .exits(0)
                .only()
                .path("keys_changed")
                .asInt())
        .isZero();
    assertThat(Cli.run("diff", repo, "main~1", "main").exits(0).out()).contains("~ array /air");
  }

  @Test
  void absentRevisionsExit5AndMissingOnes2() {
    Cli.run("diff", repo, "main", "nosuch", "--json").exits(5).error();
    Cli.run("diff", repo, "main", "--json").exits(2).error();
  }
}
