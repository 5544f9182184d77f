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
import java.util.TreeMap;

/** Row 4: 10,000 commits of one chunk each: the last against the first, and what they leave. */
final class TinyCommits implements Scenario {
  private static final int COMMITS = 10_000;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    Path warm = workplace.onDisk().fresh("tiny-warm");
    Path path = workplace.onDisk().fresh("tiny");
    try {
      round(warm, workplace.scaled(2_000), workplace.scaled(2_000));
      int commits = workplace.scaled(COMMITS);
      Usage before = Usage.now();
      Round round = round(path, commits, commits);
      Map<String, Object> more = new TreeMap<>(Usage.now().eachSince(before, commits));
      more.put("file_mb", Samples.rounded(Workplace.size(path) / 1e6));
      int tenth = commits / 10;
      double first = round.samples.quantileMillis(0, tenth, 0.5);
      double last = round.samples.quantileMillis(commits - tenth, commits, 0.5);
      long metadata = round.objectBytes - (long) commits * BigArray.VALUE;
      results.add(
          4,
          "last tenth of " + commits + " commits against the first",
          last / first,
          "x",
          Map.of(
              "first_ms",
              Samples.rounded(first),
              "last_ms",
              Samples.rounded(last),
              "task",
              "last"));
      results.add(
          4,
          "bytes stored by " + commits + " commits without their values",
          metadata / 1e6,
          "MB",
          more);
    } finally {
      Workplace.remove(warm);
      Workplace.remove(path);
    }
  }

  private record Round(Samples samples, long objectBytes) {}

  private static Round round(Path path, int commits, int length) throws IOException {
    Samples samples = new Samples();
    Random random = new Random(4);
    long[] bytes = new long[1];
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      try (Transaction edits = repository.begin("main")) {
        edits.put(Key.of("big/zarr.json"), BigArray.document(1, length));
        BigArray.commit(edits, "array");
      }
      for (int i = 0; i < commits; i++) {
        Key key = BigArray.chunk(0, i);
        ByteBuffer value = BigArray.value(random);
        samples.time(
            () -> {
              try (Transaction edits = repository.begin("main")) {
                edits.put(key, value);
                bytes[0] += BigArray.commit(edits, "one chunk").written().bytesWritten();
              }
            });
      }
    }
    return new Round(samples, bytes[0]);
  }
}
