package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepairTest {
  private final MemoryBackends backends = new MemoryBackends();
  private ContentHash chunk = ContentHash.ZERO;

  @BeforeEach
  void init() {
    backends.run("init", "r").exits(0);
    backends
        .with(
            Cli.set("air/.zarray", Zarr.ARRAY_V2)
                + "\n"
                + Cli.set("air/0.1", "a chunk")
                + "\n{\"commit\":\"one\"}\n",
            "apply",
            "r")
        .exits(0);
    backends.run("clone", "r", "copy").exits(0);
    chunk =
        ContentHash.parse(
            backends.run("ls", "r", "main", "-r", "--json").lines().stream()
                .filter(line -> line.path("key").asText().equals("air/0.1"))
                .findFirst()
                .orElseThrow()
                .path("hash")
                .asText());
  }

  private Map<ContentHash, ByteBuffer> stored() {
    return backends.get("r").contents();
  }

  private void damage() {
    stored().put(chunk, ByteBuffer.wrap("another".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void wholeRepositoryIsToldWhole() {
    JsonNode told = backends.run("repair", "r", "--json").exits(0).only();
    assertThat(told.path("type").asText()).isEqualTo("repair");
    assertThat(told.path("repaired").asInt()).isZero();
    assertThat(told.path("lost").asInt()).isZero();
    assertThat(backends.run("repair", "r").exits(0).out()).contains("all are whole");
  }

  @Test
  void damagedChunkComesFromTheOtherRepository() {
    damage();
    backends.run("verify", "r").exits(3);

    Cli.Result result = backends.run("repair", "r", "--from", "copy", "--json").exits(0);

    JsonNode moved = result.lines("moved-aside").get(0);
    assertThat(moved.path("object").asText()).isEqualTo(chunk.toString());
    assertThat(backends.get("r").aside()).containsOnlyKeys(moved.path("place").asText());
    JsonNode repaired = result.lines("repaired").get(0);
    assertThat(repaired.path("object").asText()).isEqualTo(chunk.toString());
    assertThat(repaired.path("source").asText()).isEqualTo("other");
    assertThat(result.last().path("repaired").asInt()).isEqualTo(1);
    backends.run("verify", "r").exits(0);
    assertThat(backends.run("cat", "r", "main", "air/0.1").exits(0).out()).isEqualTo("a chunk");
  }

  @Test
  void lostChunkIsToldByArrayAndChunkAndExits3() {
    damage();

    Cli.Result result = backends.run("repair", "r", "--json").exits(3);

    JsonNode lost = result.lines("lost").get(0);
    assertThat(lost.path("object").asText()).isEqualTo(chunk.toString());
    assertThat(lost.path("key").asText()).isEqualTo("air/0.1");
    assertThat(lost.path("array").asText()).isEqualTo("/air");
    assertThat(lost.path("chunk").toString()).isEqualTo("[0,1]");
    assertThat(lost.path("revisions").get(0).asText()).isEqualTo("main");
    assertThat(lost.path("remains").isArray()).isTrue();
    assertThat(result.error().path("code").asText()).isEqualTo("damage");
    assertThat(result.last().path("lost").asInt()).isEqualTo(1);
    assertThat(backends.run("repair", "r").exits(3).out()).contains("lost value").contains("/air");
    // It was moved aside, so that storing the same value brings it back.
    backends.with("a chunk", "put", "r", "air/0.1", "-", "-b", "again").exits(0);
    backends.run("verify", "r").exits(0);
  }

  @Test
  void dryRunTellsAndChangesNothing() {
    damage();
    ByteBuffer before = stored().get(chunk);

    JsonNode told =
        backends.run("repair", "r", "--from", "copy", "--dry-run", "--json").exits(0).last();

    assertThat(told.path("dry_run").asBoolean()).isTrue();
    assertThat(told.path("repaired").asInt()).isEqualTo(1);
    assertThat(stored().get(chunk)).isEqualTo(before);
    assertThat(backends.get("r").aside()).isEmpty();
    backends.run("verify", "r").exits(3);
  }

  @Test
  void lostCommitIsToldWithWhatRemains() {
    ContentHash commit =
        ContentHash.parse(
            backends.with("x", "put", "r", "b", "-", "--json").only().path("commit").asText());
    stored().remove(commit);

    JsonNode lost = backends.run("repair", "r", "--json").exits(3).lines("lost").get(0);

    assertThat(lost.path("role").asText()).isEqualTo("commit");
    JsonNode remains = lost.path("remains").get(0);
    assertThat(remains.path("ref").asText()).isEqualTo("heads/main");
    backends.run("branch", "r", "main", remains.path("commit").asText(), "-f").exits(0);
    assertThat(backends.run("cat", "r", "main", "air/0.1").exits(0).out()).isEqualTo("a chunk");
  }

  @Test
  void anotherRepositoryMustBeThereAndOfTheSameHash() {
    backends.run("repair", "r", "--from", "nowhere", "--json").exits(5).error();
    backends.run("init", "b3", "--hash", "blake3").exits(0);
    assertThat(backends.run("repair", "r", "--from", "b3", "--json").exits(1).error().toString())
        .contains("blake3");
  }
}
