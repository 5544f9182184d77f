package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {
  private final MemoryBackends backends = new MemoryBackends();
  private String chunk = "";
  private String second = "";

  @BeforeEach
  void init() {
    backends.run("init", "r").exits(0);
    backends
        .with(
            Cli.set("air/.zarray", Zarr.ARRAY_V2)
                + "\n"
                + Cli.set("air/0.1", "a chunk")
                + "\n{\"commit\":\"one\"}\n"
                + Cli.set("sea/0", "another")
                + "\n{\"commit\":\"two\"}\n",
            "apply",
            "r")
        .exits(0);
    chunk = hashOf("main", "air/0.1");
    second = hashOf("main", "sea/0");
  }

  private String hashOf(String revision, String key) {
    return backends.run("ls", "r", revision, "-r", "--json").lines().stream()
        .filter(line -> line.path("key").asText().equals(key))
        .findFirst()
        .orElseThrow()
        .path("hash")
        .asText();
  }

  private Map<ContentHash, ByteBuffer> stored() {
    return backends.get("r").contents();
  }

  private void store(String hash, String bytes) {
    stored().put(ContentHash.parse(hash), ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aWholeRepositoryIsVerified() {
    JsonNode verified = backends.run("verify", "r", "--json").exits(0).only();
    assertThat(verified.toString())
        .startsWith("{\"type\":\"verified\",\"objects\":" + stored().size() + ",\"bytes\":")
        .endsWith(",\"damaged\":0,\"missing\":0}");
    assertThat(backends.run("verify", "r").exits(0).out()).contains("all as they should be");
  }

  @Test
  void aDamagedChunkIsNamed() {
    store(chunk, "a chonk");
    Cli.Result result = backends.run("verify", "r", "--json").exits(3);
    JsonNode damage = result.lines().get(0);
    assertThat(Cli.fields(damage))
        .contains(
            "type", "kind", "object", "expected", "actual", "key", "array", "chunk", "revisions");
    assertThat(damage.path("type").asText()).isEqualTo("damage");
    assertThat(damage.path("kind").asText()).isEqualTo("damaged");
    assertThat(damage.path("object").asText()).isEqualTo(chunk);
    assertThat(damage.path("expected").asText()).isEqualTo(chunk);
    assertThat(damage.path("actual").asText()).matches("[0-9a-f]{64}").isNotEqualTo(chunk);
    assertThat(damage.path("key").asText()).isEqualTo("air/0.1");
    assertThat(damage.path("array").asText()).isEqualTo("/air");
    assertThat(damage.path("chunk").toString()).isEqualTo("[0,1]");
    assertThat(damage.path("revisions").isArray()).isTrue();
    assertThat(damage.path("revisions").get(0).asText()).isEqualTo("main");
    JsonNode last = result.last();
    assertThat(result.lines()).hasSize(2);
    assertThat(result.error().path("code").asText()).isEqualTo("damage");
    assertThat(last.path("damaged").asInt()).isEqualTo(1);
    assertThat(last.path("missing").asInt()).isZero();
    assertThat(backends.run("verify", "r").exits(3).out()).contains("/air").contains("[0, 1]");
  }

  @Test
  void missingAndMisplacedObjectsAreToldApart() {
    stored().remove(ContentHash.parse(chunk));
    JsonNode missing = backends.run("verify", "r", "--json").exits(3).lines("damage").get(0);
    assertThat(missing.path("kind").asText()).isEqualTo("missing");
    assertThat(missing.path("actual").isNull()).isTrue();
    assertThat(backends.run("verify", "r", "--json").last().path("missing").asInt()).isEqualTo(1);
    store(chunk, "another");
    JsonNode misplaced = backends.run("verify", "r", "--json").exits(3).lines("damage").get(0);
    assertThat(misplaced.path("kind").asText()).isEqualTo("misplaced");
    assertThat(misplaced.path("actual").asText()).isEqualTo(second);
  }

  @Test
  void everySingleObjectIsProved() {
    for (ContentHash object : stored().keySet()) {
      ByteBuffer right = stored().get(object);
      ByteBuffer wrong = ByteBuffer.allocate(right.remaining()).put(right.duplicate()).flip();
      wrong.put(wrong.limit() / 2, (byte) (wrong.get(wrong.limit() / 2) ^ 4));
      stored().put(object, wrong.asReadOnlyBuffer());
      Cli.Result result = backends.run("verify", "r", "--json").exits(3);
      assertThat(result.lines("damage"))
          .extracting(line -> line.path("object").asText())
          .containsExactly(object.toString());
      stored().put(object, right);
    }
    backends.run("verify", "r", "--json").exits(0);
  }

  @Test
  void aRevisionAPathAndSinceNarrowTheCheck() {
    store(second, "anothex");
    backends.run("verify", "r", "--json").exits(3);
    backends.run("verify", "r", "main~1", "--json").exits(0);
    backends.run("verify", "r", "--path", "/air", "--json").exits(0);
    backends.run("verify", "r", "main", "--path", "/sea", "--json").exits(3);
    backends.run("verify", "r", "--since", "main", "--json").exits(0);
    backends.run("verify", "r", "--since", "main~1", "--json").exits(3);
    backends.run("verify", "r", "--path", "/nosuch", "--json").exits(5).error();
    backends.run("verify", "r", "main~1", "--path", "/sea", "--json").exits(5).error();
    backends.run("verify", "r", "--since", "nosuch", "--json").exits(5).error();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0%", "101%", "5", "-5%", "x", "", "5%%", "NaN%"})
  void aSampleIsAPercentageAboveNothing(String sample) {
    backends.run("verify", "r", "--sample=" + sample, "--json").exits(2).error();
  }

  @Test
  void aSampleReadsAllTreesAndCommits() {
    JsonNode verified =
        backends.run("verify", "r", "--sample", "0.000000001%", "--json").exits(0).only();
    assertThat(verified.path("objects").asInt()).isEqualTo(stored().size() - 2);
    assertThat(
            backends
                .run("verify", "r", "--sample", "100%", "--json")
                .exits(0)
                .only()
                .path("objects")
                .asInt())
        .isEqualTo(stored().size());
  }

  @Test
  void readingADamagedValueExits3AndPrintsNotOneByte() {
    store(chunk, "a chonk");
    for (String[] range : new String[][] {{}, {"--range", "0-0"}}) {
      String[] args = {"cat", "r", "main", "air/0.1", "--json"};
      String[] all = new String[args.length + range.length];
      System.arraycopy(args, 0, all, 0, args.length);
      System.arraycopy(range, 0, all, args.length, range.length);
      Cli.Result result = backends.run(all).exits(3);
      assertThat(result.bytes()).isEmpty();
      assertThat(result.error().path("code").asText()).isEqualTo("damage");
      assertThat(result.error().path("message").asText()).contains("air/0.1").contains(chunk);
    }
  }

  @Test
  void notOneByteOfALargeDamagedValueIsPrinted() {
    byte[] large = new byte[9 << 20];
    Cli.with(large, backends, "put", "r", "large", "-").exits(0);
    String hash = hashOf("main", "large");
    large[large.length - 1] = 1;
    stored().put(ContentHash.parse(hash), ByteBuffer.wrap(large));
    assertThat(backends.run("cat", "r", "main", "large").exits(3).bytes()).isEmpty();
    assertThat(backends.run("cat", "r", "main", "large", "--range", "0-9").exits(3).bytes())
        .isEmpty();
  }

  @Test
  void aDamagedConfigurationExits3() {
    MemoryBackends damaged = new MemoryBackends();
    damaged.create(Path.of("d")).createConfig(ByteBuffer.wrap(new byte[64]));
    assertThat(damaged.run("verify", "d", "--json").exits(3).error().path("code").asText())
        .isEqualTo("damage");
  }
}
