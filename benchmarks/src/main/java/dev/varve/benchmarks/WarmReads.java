package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.blob.BlobReader;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Row 6: random reads of values in the page cache. By key and verified, as a user reads; by hash
 * without verification into memory that is used again, which is what a server does for what it has
 * proved before; and what is below both: {@code pread} of a file of the same values, and SHA-256.
 */
final class WarmReads implements Scenario {
  private static final int[] LENGTHS = {4 << 10, 64 << 10, 1 << 20};
  private static final long BYTES = 256L << 20;
  private static final long READ = 2L << 30;
  private static final int MOST = 20_000;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    for (int length : LENGTHS) {
      int count = workplace.scaled((int) (BYTES / length));
      int reads = workplace.scaled((int) Math.min(MOST, READ / length));
      Path path = workplace.onDisk().fresh("reads");
      Path file = workplace.onDisk().fresh("reads-file");
      try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
        List<ContentHash> hashes = fill(repository, new Values(length), count);
        new Values(length).append(file, count, false);
        measure(results, length, reads, repository, hashes, file);
      } finally {
        Workplace.remove(path);
        Workplace.remove(file);
      }
    }
  }

  private static List<ContentHash> fill(Repository repository, Values values, int count) {
    List<ContentHash> hashes = new ArrayList<>();
    try (Transaction edits = repository.begin("main")) {
      for (int i = 0; i < count; i++) {
        byte[] value = values.next();
        hashes.add(HashAlgorithm.SHA256.hash(value));
        edits.put(Key.of("a/c/" + i), ByteBuffer.wrap(value));
      }
      BigArray.commit(edits, "all");
    }
    return hashes;
  }

  private static void measure(
      Results results,
      int length,
      int reads,
      Repository repository,
      List<ContentHash> hashes,
      Path file)
      throws IOException {
    Snapshot snapshot = repository.snapshot("main");
    BlobReader reader = repository.backend().blobs();
    VerifiedBlobs verified = new VerifiedBlobs(reader, HashAlgorithm.SHA256);
    ByteBuffer direct = ByteBuffer.allocateDirect(length);
    byte[] value = new Values(length).next();
    Samples byKey = new Samples();
    Samples byHash = new Samples();
    Samples proved = new Samples();
    Samples pread = new Samples();
    Samples hashed = new Samples();
    Random random = new Random(6);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int i = 0; i < 2 * reads; i++) {
        // The first half warms up. Taking turns, all meet the same machine.
        boolean warm = i < reads;
        // Each reads another value, so that none finds it in the processor's caches.
        Key key = Key.of("a/c/" + random.nextInt(hashes.size()));
        ContentHash first = hashes.get(random.nextInt(hashes.size()));
        ContentHash second = hashes.get(random.nextInt(hashes.size()));
        long at = (long) random.nextInt(hashes.size()) * length;
        into(warm, byKey).time(() -> require(snapshot.get(key).isPresent()));
        into(warm, byHash).time(() -> require(verified.get("value", first, length).hasRemaining()));
        into(warm, proved).time(() -> require(reader.read(second, 0, direct) == length));
        into(warm, pread).time(() -> require(channel.read(direct.clear(), at) == length));
        direct.clear();
        into(warm, hashed).time(() -> HashAlgorithm.SHA256.hash(value));
      }
    }
    String what = "random warm read of " + (length >> 10) + " KiB";
    tell(results, "varve", what + ", by key, verified", byKey, hashed);
    tell(results, "varve", what + ", by hash, verified", byHash, hashed);
    tell(results, "varve", what + ", by hash, known good", proved, hashed);
    tell(results, "pread", what + ", known good", pread, hashed);
    tell(results, "SHA-256", what + ", verified", hashed, hashed);
  }

  private static Samples into(boolean warm, Samples samples) {
    return warm ? new Samples() : samples;
  }

  private static void require(boolean whole) {
    if (!whole) {
      throw new IllegalStateException("a value was not read whole");
    }
  }

  private static void tell(
      Results results, String system, String what, Samples samples, Samples hashed) {
    results.add(
        6,
        system,
        what,
        samples.medianMillis() * 1000,
        "us",
        Map.of(
            "p90",
            Samples.rounded(samples.quantileMillis(0.9) * 1000),
            "of_sha256_speed",
            Samples.rounded(hashed.medianMillis() / samples.medianMillis())));
  }
}
