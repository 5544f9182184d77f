package dev.varve.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each program runs to its end at a hundredth of its size; its figures mean nothing then. */
class ScenariosTest {
  private static final Map<String, String> NUMBERS = Map.of("physical", "0", "grow", "16");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"physical", "grow", "1", "2", "3", "4", "5", "6", "7", "8", "9", "12"})
  void eachRowTellsItsFigures(String row) throws IOException {
    List<JsonNode> lines = run(row);

    assertThat(lines).isNotEmpty();
    for (JsonNode line : lines) {
      assertThat(line.get("row").asText()).isEqualTo(NUMBERS.getOrDefault(row, row));
      assertThat(line.get("figure").asDouble()).isGreaterThanOrEqualTo(0);
      assertThat(line.get("unit").asText()).isNotEmpty();
      assertThat(line.get("machine").asText()).isNotEmpty();
      assertThat(line.get("versions").asText()).contains("java");
    }
  }

  @Test
  void leavesNothingBehind() throws IOException {
    run("4");

    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesARowWithoutProgram() {
    assertThatThrownBy(() -> run("99")).hasMessageContaining("no program for row 99");
  }

  private List<JsonNode> run(String row) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Scenarios.run(
        new Workplace(directory, directory, 0.01),
        List.of(row),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }
}
