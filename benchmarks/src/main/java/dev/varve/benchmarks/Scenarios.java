package dev.varve.benchmarks;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs rows of docs/performance.md: {@code Scenarios [--disk DIR] [--memory DIR] [--scale S]
 * ROW...}, each a number, {@code physical} or {@code grow}. Prints JSON Lines.
 */
public final class Scenarios {
  private static final Map<String, Scenario> ROWS =
      new TreeMap<>(
          Map.ofEntries(
              entry("physical", new Physical()),
              entry("grow", new Growth()),
              entry("1", new OneChunkCommits(1, 1_000)),
              entry("2", new OneChunkCommits(2, 10_000)),
              entry("3", new BulkCommit(1_000_000)),
              entry("3huge", new BulkCommit(100_000_000)),
              entry("4", new TinyCommits()),
              entry("5", new ManyArrays()),
              entry("6", new WarmReads()),
              entry("7", new Ingest()),
              entry("8", new FirstChunk()),
              entry("9", new Differences()),
              entry("12", new Together())));

  private Scenarios() {}

  /** Runs the rows that are named. */
  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals(Together.WORKER)) {
      Together.work(args);
      return;
    }
    Path disk = Path.of("").toAbsolutePath();
    Path memory = Path.of(System.getProperty("java.io.tmpdir"));
    double scale = 1;
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--disk" -> disk = Path.of(args[++i]);
        case "--memory" -> memory = Path.of(args[++i]);
        case "--scale" -> scale = Double.parseDouble(args[++i]);
        default -> rows.add(args[i]);
      }
    }
    run(new Workplace(disk, memory, scale), rows, System.out);
  }

  /** Runs rows and prints their figures. */
  static void run(Workplace place, List<String> rows, PrintStream out) throws IOException {
    Results results = new Results(out, machine());
    for (String row : rows) {
      Scenario scenario = ROWS.get(row);
      if (scenario == null) {
        throw new IllegalArgumentException(
            "there is no program for row " + row + "; there are " + ROWS.keySet());
      }
      scenario.run(place, results);
    }
  }

  private static String machine() throws IOException {
    String cpu = "unknown processor";
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readAllLines(info, StandardCharsets.UTF_8)) {
        if (line.startsWith("model name")) {
          cpu = line.substring(line.indexOf(':') + 1).trim();
          break;
        }
      }
    }
    return Runtime.getRuntime().availableProcessors() + " x " + cpu;
  }
}
