package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Row 8: opens a repository with an array of a million chunks and reads one of them. */
final class FirstChunk implements Scenario {
  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    int rows = workplace.scaled(1_000);
    Path path = workplace.onDisk().fresh("first");
    try {
      BigArray.create(path, rows).close();
      Random random = new Random(8);
      Samples opening = new Samples();
      Samples all = new Samples();
      long nodes = 0;
      for (int i = -workplace.scaled(2_000); i < workplace.scaled(200); i++) {
        Key key = BigArray.chunk(random.nextInt(rows), random.nextInt(BigArray.WIDTH));
        long start = System.nanoTime();
        try (Repository repository = Varve.open(path)) {
          long opened = System.nanoTime();
          if (repository.snapshot("main").get(key).isEmpty()) {
            throw new IllegalStateException("no chunk at " + key);
          }
          if (i >= 0) {
            all.add(System.nanoTime() - start);
            opening.add(opened - start);
            nodes = repository.nodes().loads();
          }
        }
      }
      results.add(
          8,
          "open and first chunk of " + rows * BigArray.WIDTH,
          all.medianMillis(),
          "ms",
          Map.of("open_ms", Samples.rounded(opening.medianMillis()), "nodes_read", nodes));
    } finally {
      Workplace.remove(path);
    }
  }
}
