package dev.varve.benchmarks;

import dev.varve.tree.Key;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Rows 1 and 2: overwrites or appends one chunk a commit, durably, in an array of very many. */
final class OneChunkCommits implements Scenario {
  private static final int WARM = 3_000;
  private static final int MEASURED = 300;

  private final int row;
  private final int height;

  OneChunkCommits(int row, int height) {
    this.row = row;
    this.height = height;
  }

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    for (Workplace.Place place : workplace.places()) {
      Path path = place.fresh("one-chunk");
      int rows = workplace.scaled(height);
      try (Repository repository = BigArray.create(path, rows)) {
        Random random = new Random(row);
        IntFunction<Key> any =
            i -> BigArray.chunk(random.nextInt(rows), random.nextInt(BigArray.WIDTH));
        IntFunction<Key> next = i -> BigArray.chunk(rows + i / BigArray.WIDTH, i % BigArray.WIDTH);
        measure(repository, new Random(7), workplace.scaled(WARM), any);
        tell(results, repository, place, rows, "overwrite", workplace.scaled(MEASURED), any);
        tell(results, repository, place, rows, "append", workplace.scaled(MEASURED), next);
      } finally {
        Workplace.remove(path);
      }
    }
  }

  private void tell(
      Results results,
      Repository repository,
      Workplace.Place place,
      int rows,
      String verb,
      int count,
      IntFunction<Key> keys)
      throws IOException {
    Usage before = Usage.now();
    long storedBefore = stored;
    Samples samples = measure(repository, new Random(8), count, keys);
    Map<String, Object> more = new TreeMap<>(Usage.now().eachSince(before, samples.count()));
    more.put("p90", Samples.rounded(samples.quantileMillis(0.9)));
    more.put("object_bytes", (stored - storedBefore) / samples.count());
    results.add(
        row,
        verb + " one of " + (long) rows * BigArray.WIDTH + " chunks, " + place.label(),
        samples.medianMillis(),
        "ms",
        more);
  }

  private long stored;

  private Samples measure(Repository repository, Random values, int count, IntFunction<Key> keys)
      throws IOException {
    Samples samples = new Samples();
    for (int i = 0; i < count; i++) {
      Key key = keys.apply(i);
      var value = BigArray.value(values);
      samples.time(
          () -> {
            try (Transaction edits = repository.begin("main")) {
              edits.put(key, value);
              CommitOutcome.Committed done = BigArray.commit(edits, "one chunk");
              stored += done.written().bytesWritten();
            }
          });
    }
    return samples;
  }
}
