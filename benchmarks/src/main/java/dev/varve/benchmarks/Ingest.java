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
import java.util.TreeMap;

/**
 * Row 7: one commit of 4 GiB of new values, hashed and synced, against as many bytes appended to a
 * file in the same minute. The rounds take turns, for a disk is not the same from one to the next.
 */
final class Ingest implements Scenario {
  private static final int[] LENGTHS = {4 << 10, 64 << 10, 1 << 20, 4 << 20};
  private static final long BYTES = 4L << 30;

  /** Values of 4 KiB are rows, and so many of them that a sixteenth tells enough. */
  private static final int SHORT = 16;

  private static final int ROUNDS = 4;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    for (int length : LENGTHS) {
      long bytes = BYTES / ROUNDS / (length < 32 << 10 ? SHORT : 1);
      int count = workplace.scaled((int) (bytes / length));
      Values values = new Values(length);
      Samples grouped = new Samples();
      Samples atEnd = new Samples();
      Samples ours = new Samples();
      Samples hashed = new Samples();
      Usage before = Usage.now();
      for (int round = 0; round < ROUNDS; round++) {
        file(workplace, values, count, true, grouped);
        file(workplace, values, count, false, atEnd);
        hashed.time(() -> hash(values, count));
        repository(workplace, values, count, ours);
      }
      Map<String, Object> more = new TreeMap<>(Usage.now().eachSince(before, ROUNDS));
      double size = (double) count * length;
      String what = "ingest of values of " + (length >> 10) + " KiB, synced";
      tell(results, "varve", what, size, ours, more);
      tell(results, "file", what, size, grouped, Map.of("synced_each_mib", 64));
      tell(results, "file, synced once", what, size, atEnd, Map.of());
      tell(results, "SHA-256", what, size, hashed, Map.of());
    }
  }

  private static void tell(
      Results results,
      String system,
      String what,
      double bytes,
      Samples samples,
      Map<String, ?> more) {
    results.add(7, system, what, bytes / 1e6 / samples.medianMillis(), "GB/s", more);
  }

  private static void file(
      Workplace workplace, Values values, int count, boolean groups, Samples samples)
      throws IOException {
    Path path = workplace.onDisk().fresh("ingest-file");
    try {
      samples.time(() -> values.append(path, count, groups));
    } finally {
      Workplace.remove(path);
    }
  }

  private static void hash(Values values, int count) {
    for (int i = 0; i < count; i++) {
      HashAlgorithm.SHA256.hash(values.next());
    }
  }

  private static void repository(Workplace workplace, Values values, int count, Samples samples)
      throws IOException {
    Path path = workplace.onDisk().fresh("ingest");
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      samples.time(
          () -> {
            try (Transaction edits = repository.begin("main")) {
              for (int i = 0; i < count; i++) {
                edits.put(Key.of("a/c/" + i), ByteBuffer.wrap(values.next()));
              }
              BigArray.commit(edits, "all");
            }
          });
    } finally {
      Workplace.remove(path);
    }
  }
}
