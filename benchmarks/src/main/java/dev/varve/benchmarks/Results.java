package dev.varve.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints one line of JSON a figure. One thread. */
final class Results {
  private final ObjectMapper json = new ObjectMapper();
  private final PrintStream out;
  private final String machine;

  Results(PrintStream out, String machine) {
    this.out = out;
    this.machine = machine;
  }

  /** A figure of this project. */
  void add(int row, String what, double figure, String unit, Map<String, ?> more) {
    add(row, "varve", what, figure, unit, more);
  }

  /** A figure of any system; {@code more} says what else was seen, such as bytes written. */
  void add(int row, String system, String what, double figure, String unit, Map<String, ?> more) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("row", row);
    line.put("system", system);
    line.put("what", what);
    line.put("figure", Samples.rounded(figure));
    line.put("unit", unit);
    line.putAll(more);
    line.put("machine", machine);
    line.put(
        "versions",
        "java " + System.getProperty("java.version") + ", heap " + heapMebibytes() + " MiB");
    try {
      out.println(json.writeValueAsString(line));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
    out.flush();
  }

  private static long heapMebibytes() {
    return Runtime.getRuntime().maxMemory() >> 20;
  }
}
