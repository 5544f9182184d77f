package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Row 5: one chunk committed among 50,000 arrays; the first metadata read after opening. */
final class ManyArrays implements Scenario {
  private static final int ARRAYS = 50_000;
  private static final int WARM = 1_000;
  private static final int MEASURED = 300;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    int arrays = workplace.scaled(ARRAYS);
    Path path = workplace.onDisk().fresh("arrays");
    try {
      commits(workplace, results, path, arrays);
      opens(workplace, results, path, arrays);
    } finally {
      Workplace.remove(path);
    }
  }

  private static void commits(Workplace workplace, Results results, Path path, int arrays)
      throws IOException {
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      try (Transaction edits = repository.begin("main")) {
        for (int i = 0; i < arrays; i++) {
          edits.put(Key.of(array(i) + "/zarr.json"), BigArray.document(i + 1, 1000));
        }
        BigArray.commit(edits, "arrays");
      }
      Random random = new Random(5);
      Samples samples = new Samples();
      for (int i = 0; i < workplace.scaled(WARM); i++) {
        commit(repository, new Samples(), random, arrays);
      }
      Usage before = Usage.now();
      for (int i = 0; i < workplace.scaled(MEASURED); i++) {
        commit(repository, samples, random, arrays);
      }
      results.add(
          5,
          "one-chunk commit among " + arrays + " arrays",
          samples.medianMillis(),
          "ms",
          Usage.now().eachSince(before, samples.count()));
    }
  }

  private static void commit(Repository repository, Samples samples, Random random, int arrays)
      throws IOException {
    Key key = Key.of(array(random.nextInt(arrays)) + "/c/0/" + random.nextInt(1000));
    ByteBuffer value = BigArray.value(random);
    samples.time(
        () -> {
          try (Transaction edits = repository.begin("main")) {
            edits.put(key, value);
            BigArray.commit(edits, "one chunk");
          }
        });
  }

  private static void opens(Workplace workplace, Results results, Path path, int arrays)
      throws IOException {
    Random random = new Random(6);
    Samples opening = new Samples();
    Samples reading = new Samples();
    for (int i = -workplace.scaled(50); i < workplace.scaled(100); i++) {
      Key key = Key.of(array(random.nextInt(arrays)) + "/zarr.json");
      long start = System.nanoTime();
      try (Repository repository = Varve.open(path)) {
        long opened = System.nanoTime();
        if (repository.snapshot("main").get(key).isEmpty()) {
          throw new IllegalStateException("no document at " + key);
        }
        if (i >= 0) {
          opening.add(opened - start);
          reading.add(System.nanoTime() - opened);
        }
      }
    }
    results.add(
        5,
        "first metadata read after opening, among " + arrays + " arrays",
        reading.medianMillis(),
        "ms",
        Map.of("open_ms", Samples.rounded(opening.medianMillis())));
  }

  private static String array(int i) {
    return "g" + i / 100 + "/a" + i;
  }
}
