package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * How cost grows with the number of keys, of commits, of arrays, and with the length of values; in
 * memory, where no disk hides it. {@code benchmarks/plot} draws these lines: each says its {@code
 * axis}, where {@code at} on it, and its {@code series}.
 */
final class Growth implements Scenario {
  /** Among the others' numbers, though no row of the table. */
  static final int ROW = 16;

  private static final int[] ROWS_OF_KEYS = {1, 10, 100, 1_000, 5_000};
  private static final int[] ARRAYS = {10, 100, 1_000, 10_000, 50_000};
  private static final int[] LENGTHS = {1 << 10, 8 << 10, 64 << 10, 512 << 10, 4 << 20};
  private static final int COMMITS = 20_000;
  private static final int PARTS = 10;
  private static final int ROUNDS = 300;
  private static final int WARM = 2_000;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    Path path = workplace.inMemory().fresh("growth");
    try {
      try (Repository repository = BigArray.create(path, 1)) {
        commits(repository, workplace.scaled(WARM), i -> BigArray.chunk(0, i % 1000));
      }
      for (int rows : ROWS_OF_KEYS) {
        Workplace.remove(path);
        keys(workplace, results, path, workplace.scaled(rows));
      }
      Workplace.remove(path);
      history(workplace, results, path);
      for (int arrays : ARRAYS) {
        Workplace.remove(path);
        arrays(workplace, results, path, workplace.scaled(arrays));
      }
      for (int length : LENGTHS) {
        Workplace.remove(path);
        values(workplace, results, path, length);
      }
    } finally {
      Workplace.remove(path);
    }
  }

  private static void keys(Workplace workplace, Results results, Path path, int rows)
      throws IOException {
    long keys = (long) rows * BigArray.WIDTH;
    Random random = new Random(rows);
    IntFunction<Key> any =
        i -> BigArray.chunk(random.nextInt(rows), random.nextInt(BigArray.WIDTH));
    try (Repository repository = BigArray.create(path, rows)) {
      int rounds = workplace.scaled(ROUNDS);
      commits(repository, rounds, any);
      tell(results, "keys", keys, "commit of one chunk", commits(repository, rounds, any));
      tell(results, "keys", keys, "read of one chunk", reads(repository, rounds, any));
      Snapshot after = repository.snapshot("main");
      Snapshot before = repository.snapshot("main~1");
      Samples samples = new Samples();
      for (int i = -rounds; i < rounds; i++) {
        (i < 0 ? new Samples() : samples)
            .time(
                () ->
                    require(
                        repository
                            .diff(before.manifest(), after.manifest(), Part.CHUNKS, "")
                            .hasNext()));
      }
      tell(results, "keys", keys, "difference", samples);
    }
  }

  private static void history(Workplace workplace, Results results, Path path) throws IOException {
    int count = workplace.scaled(COMMITS);
    try (Repository repository = BigArray.create(path, 1)) {
      Samples samples = commits(repository, count, i -> BigArray.chunk(0, i % 1000));
      for (int part = 0; part < PARTS; part++) {
        int from = part * count / PARTS;
        int to = (part + 1) * count / PARTS;
        tell(
            results,
            "commits",
            to,
            "commit of one chunk",
            samples.quantileMillis(from, to, 0.5),
            to - from);
      }
    }
  }

  private static void arrays(Workplace workplace, Results results, Path path, int arrays)
      throws IOException {
    Random random = new Random(arrays);
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      try (Transaction edits = repository.begin("main")) {
        for (int i = 0; i < arrays; i++) {
          edits.put(Key.of("a" + i + "/zarr.json"), BigArray.document(i + 1, 1000));
        }
        BigArray.commit(edits, "arrays");
      }
      int rounds = workplace.scaled(ROUNDS);
      IntFunction<Key> any =
          i -> Key.of("a" + random.nextInt(arrays) + "/c/0/" + random.nextInt(1000));
      commits(repository, rounds, any);
      tell(results, "arrays", arrays, "commit of one chunk", commits(repository, rounds, any));
      tell(
          results,
          "arrays",
          arrays,
          "read of one document",
          reads(repository, rounds, i -> Key.of("a" + random.nextInt(arrays) + "/zarr.json")));
    }
  }

  private static void values(Workplace workplace, Results results, Path path, int length)
      throws IOException {
    int rounds = Math.max(5, Math.min(workplace.scaled(ROUNDS), (512 << 20) / length));
    Values values = new Values(length);
    try (Repository repository = BigArray.create(path, 1)) {
      Samples writing = new Samples();
      for (int i = 0; i < rounds; i++) {
        Key key = BigArray.chunk(0, i);
        ByteBuffer value = ByteBuffer.wrap(values.next());
        writing.time(() -> put(repository, key, value));
      }
      tell(results, "bytes", length, "commit of one value", writing);
      Samples reading = reads(repository, rounds, i -> BigArray.chunk(0, i % rounds));
      tell(results, "bytes", length, "read of one value", reading);
    }
  }

  private static Samples commits(Repository repository, int count, IntFunction<Key> keys)
      throws IOException {
    Samples samples = new Samples();
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      Key key = keys.apply(i);
      ByteBuffer value = BigArray.value(random);
      samples.time(() -> put(repository, key, value));
    }
    return samples;
  }

  private static void put(Repository repository, Key key, ByteBuffer value) {
    try (Transaction edits = repository.begin("main")) {
      edits.put(key, value);
      BigArray.commit(edits, "one chunk");
    }
  }

  private static Samples reads(Repository repository, int count, IntFunction<Key> keys)
      throws IOException {
    Samples samples = new Samples();
    Snapshot snapshot = repository.snapshot("main");
    for (int i = -count; i < count; i++) {
      Key key = keys.apply(Math.abs(i));
      (i < 0 ? new Samples() : samples).time(() -> require(snapshot.get(key).isPresent()));
    }
    return samples;
  }

  private static void require(boolean found) {
    if (!found) {
      throw new IllegalStateException("what was written is not found");
    }
  }

  private static void tell(Results results, String axis, long at, String series, Samples samples) {
    tell(results, axis, at, series, samples.medianMillis(), samples.count());
  }

  private static void tell(
      Results results, String axis, long at, String series, double millis, int count) {
    results.add(
        ROW,
        series + " at " + at + " " + axis,
        millis,
        "ms",
        Map.of("axis", axis, "at", at, "series", series, "samples", count));
  }
}
