package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.blob.BlobWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Row 3: one commit of very many references to values that are stored already, each its own value
 * up to a million of them.
 */
final class BulkCommit implements Scenario {
  private static final int DISTINCT = 1_000_000;
  private static final int ROUNDS = 5;

  private final int count;

  BulkCommit(int count) {
    this.count = count;
  }

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    int references = workplace.scaled(count);
    int distinct = Math.min(references, DISTINCT);
    Path path = workplace.onDisk().fresh("bulk");
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      Entry[] stored = store(repository, distinct);
      Samples samples = new Samples();
      Usage before = Usage.now();
      for (int round = 0; round < (references > DISTINCT ? 1 : ROUNDS); round++) {
        String branch = "round" + round;
        samples.time(() -> commit(repository, branch, stored, references));
      }
      Map<String, Object> more = new TreeMap<>(Usage.now().eachSince(before, samples.count()));
      more.put("first", Samples.rounded(samples.quantileMillis(0, 1, 0.5) / 1000));
      more.put("least", Samples.rounded(samples.quantileMillis(0) / 1000));
      results.add(
          3, "commit of " + references + " references", samples.medianMillis() / 1000, "s", more);
    } finally {
      Workplace.remove(path);
    }
  }

  private static Entry[] store(Repository repository, int count) {
    Entry[] stored = new Entry[count];
    try (BlobWriter writer =
        repository.backend().blobs().writer(repository.backend().refs().epoch(Optional.empty()))) {
      for (int i = 0; i < count; i++) {
        ByteBuffer value = ByteBuffer.allocate(64).putInt(0, i);
        ContentHash hash = HashAlgorithm.SHA256.hash(value);
        writer.put(hash, value);
        stored[i] = new Entry.Blob(hash, value.remaining());
      }
      writer.flush();
    }
    return stored;
  }

  private static void commit(Repository repository, String branch, Entry[] stored, int count) {
    try (Transaction edits = repository.begin(branch)) {
      edits.put(Key.of("big/zarr.json"), BigArray.document(count / 1000, 1000));
      edits.putStored(
          IntStream.range(0, count)
              .mapToObj(
                  i -> new KeyEntry(BigArray.chunk(i / 1000, i % 1000), stored[i % stored.length]))
              .iterator());
      BigArray.commit(edits, "all");
    }
  }
}
