package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonLineTest {
  @Test
  void writesEveryKindOfValueInTheOrderGiven() {
    assertThat(
            JsonLine.of("t")
                .put("z", "text")
                .put("none", (String) null)
                .put("n", Long.MIN_VALUE)
                .put("b", true)
                .texts("list", List.of("a", "b"))
                .numbers("numbers", List.of(1L, -2L))
                .objects("objects", List.of(JsonLine.nested(), JsonLine.nested().put("x", 1)))
                .texts("map", Map.of("k", "v"))
                .json("raw", "[1,{}]")
                .toString())
        .isEqualTo(
            "{\"type\":\"t\",\"z\":\"text\",\"none\":null,\"n\":-9223372036854775808,\"b\":true,"
                + "\"list\":[\"a\",\"b\"],\"numbers\":[1,-2],\"objects\":[{},{\"x\":1}],"
                + "\"map\":{\"k\":\"v\"},\"raw\":[1,{}]}");
  }

  @Test
  void anyTextComesBackAsItWas() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        text.append((char) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(1 << 16)));
      }
      String line = JsonLine.of("t").put("text", text.toString()).toString();
      String sent = new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      assertThat(Cli.parse(sent).path("text").asText())
          .as("seed " + seed)
          .isEqualTo(text.toString());
      assertThat(sent.lines()).as("seed " + seed).hasSize(1);
      assertThat(sent).doesNotContain("\u2028").doesNotContain("\u0085");
    }
  }

  @Test
  void whatIsJsonAlreadyIsMadeFitForALine() {
    String line = JsonLine.of("t").json("v", "\"a\ud800b\u2028\ud83d\ude00\"").toString();
    assertThat(line).isEqualTo("{\"type\":\"t\",\"v\":\"a\\ud800b\\u2028\ud83d\ude00\"}");
  }
}
