package dev.varve.benchmarks;

import dev.varve.blob.BlobWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Row 9: one change among a million keys, a million changes, and a merge of disjoint changes. */
final class Differences implements Scenario {
  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    int rows = workplace.scaled(1_000);
    Path path = workplace.onDisk().fresh("diff");
    try (Repository repository = BigArray.create(path, rows)) {
      one(workplace, results, repository, rows);
      merges(workplace, results, repository, rows);
      all(results, repository, rows);
    } finally {
      Workplace.remove(path);
    }
  }

  private static void one(Workplace workplace, Results results, Repository repository, int rows)
      throws IOException {
    Random random = new Random(9);
    Samples samples = new Samples();
    for (int i = -workplace.scaled(1000); i < workplace.scaled(300); i++) {
      ContentHash before = repository.resolve("main");
      ContentHash after = overwrite(repository, "main", random, rows);
      Manifest left = repository.commit(before).manifest();
      Manifest right = repository.commit(after).manifest();
      Samples into = i < 0 ? new Samples() : samples;
      into.time(() -> require(1, count(repository, left, right)));
    }
    results.add(
        9,
        "one difference among " + rows * BigArray.WIDTH,
        samples.medianMillis(),
        "ms",
        Map.of("p90", Samples.rounded(samples.quantileMillis(0.9))));
  }

  private static void merges(Workplace workplace, Results results, Repository repository, int rows)
      throws IOException {
    Random random = new Random(10);
    Samples samples = new Samples();
    for (int i = -workplace.scaled(100); i < workplace.scaled(100); i++) {
      String side = "side" + i;
      repository.refs().create(RefName.branch(side), repository.resolve("main"), "branch: created");
      overwrite(repository, side, random, rows);
      overwrite(repository, "main", random, rows);
      Samples into = i < 0 ? new Samples() : samples;
      into.time(
          () -> {
            CommitOutcome done =
                repository
                    .rewrites()
                    .merge("main", repository.resolve(side), CommitInfo.of("merge"));
            if (!(done instanceof CommitOutcome.Committed)) {
              throw new IllegalStateException("not merged: " + done);
            }
          });
    }
    results.add(
        9,
        "merge of two disjoint changes among " + rows * BigArray.WIDTH + ", with its commit",
        samples.medianMillis(),
        "ms",
        Map.of("p90", Samples.rounded(samples.quantileMillis(0.9))));
  }

  private static void all(Results results, Repository repository, int rows) throws IOException {
    Manifest before = repository.commit(repository.resolve("main")).manifest();
    Entry other = other(repository);
    try (Transaction edits = repository.begin("main")) {
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < BigArray.WIDTH; x++) {
          edits.putStored(BigArray.chunk(y, x), other);
        }
      }
      BigArray.commit(edits, "all changed");
    }
    Manifest after = repository.commit(repository.resolve("main")).manifest();
    Samples samples = new Samples();
    for (int i = 0; i < 9; i++) {
      samples.time(() -> require(rows * BigArray.WIDTH, count(repository, before, after)));
    }
    results.add(
        9,
        rows * BigArray.WIDTH + " differences",
        samples.medianMillis() / 1000,
        "s",
        Map.of("first", Samples.rounded(samples.quantileMillis(0, 1, 0.5) / 1000)));
  }

  private static Entry other(Repository repository) {
    ByteBuffer value = BigArray.value(new Random(11));
    ContentHash hash = HashAlgorithm.SHA256.hash(value);
    try (BlobWriter writer =
        repository.backend().blobs().writer(repository.backend().refs().epoch(Optional.empty()))) {
      writer.put(hash, value);
      writer.flush();
    }
    return new Entry.Blob(hash, value.remaining());
  }

  private static ContentHash overwrite(
      Repository repository, String branch, Random random, int rows) {
    try (Transaction edits = repository.begin(branch)) {
      edits.put(
          BigArray.chunk(random.nextInt(rows), random.nextInt(BigArray.WIDTH)),
          BigArray.value(random));
      return BigArray.commit(edits, "one chunk").id();
    }
  }

  private static int count(Repository repository, Manifest before, Manifest after) {
    int found = 0;
    for (Part part : Part.values()) {
      Iterator<Difference> each = repository.diff(before, after, part, "");
      for (; each.hasNext(); each.next()) {
        found++;
      }
    }
    return found;
  }

  private static void require(int expected, int found) {
    if (expected != found) {
      throw new IllegalStateException(found + " differences where " + expected + " were made");
    }
  }
}
