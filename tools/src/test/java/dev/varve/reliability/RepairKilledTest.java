package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.blob.Blobs;
import dev.varve.error.StoreException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.sync.Sync;
import dev.varve.tools.Main;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command's repair of a repository on disk, in place, killed at any moment: nothing that could
 * be read before is lost, and the next repair mends everything.
 */
class RepairKilledTest {
  private static final int HEAP_MIB = 128;
  private static final int COMMITS = 3;
  private static final int CHUNKS = 60;
  private final long seed = Runs.seed(1);
  private final Random random = new Random(seed);

  @TempDir Path folder;

  private static byte[] chunk(int commit, int i) {
    byte[] chunk = new byte[i % 20 == 0 ? 9000 : 60 + i];
    new Random(1000L * commit + i).nextBytes(chunk);
    return chunk;
  }

  private void fill(Path whole, Path other) {
    try (Repository repository = Varve.create(whole, HashAlgorithm.SHA256);
        Repository copy = Varve.create(other, HashAlgorithm.SHA256)) {
      for (int commit = 0; commit < COMMITS; commit++) {
        try (Transaction edits = repository.begin("main")) {
          for (int i = 0; i < CHUNKS; i++) {
            edits.put(Key.of("a/c/" + commit + "/" + i), ByteBuffer.wrap(chunk(commit, i)));
          }
          if (commit == 1) {
            byte[] large = new byte[Blobs.MAX_WHOLE + 1];
            random.nextBytes(large);
            edits.put(Key.of("a/large"), dev.varve.blob.ValueSource.of(ByteBuffer.wrap(large)));
          }
          edits.commit(CommitInfo.of("commit " + commit));
        }
      }
      new Sync(repository, copy, (objects, bytes) -> {}).run();
    }
  }

  /**
   * Two flipped bits in an object, so that it is mended from the other repository; one in a record
   * of a log, which the other repository has of its own.
   */
  private int damage(Path repository) throws IOException {
    int objects = 0;
    StoredBits bits = StoredBits.of(repository.resolve("data.mdb"));
    for (StoredBits.Kind kind :
        List.of(StoredBits.Kind.CHUNK, StoredBits.Kind.NODE, StoredBits.Kind.LOG_RECORD)) {
      for (StoredBits.Extent each : bits.of(kind)) {
        if (random.nextInt(3) == 0) {
          objects++;
          flip(repository.resolve("data.mdb"), each.from() + random.nextInt(each.length() / 2));
          if (kind != StoredBits.Kind.LOG_RECORD) {
            flip(repository.resolve("data.mdb"), each.from() + each.length() - 1);
          }
        }
      }
    }
    try (Stream<Path> values = Files.walk(repository.resolve("values"))) {
      for (Path each : values.filter(Files::isRegularFile).toList()) {
        flip(each, random.nextInt(Blobs.MAX_WHOLE));
        objects++;
      }
    }
    return objects;
  }

  private static long kept(Path repository) throws IOException {
    Path aside = repository.resolve("damaged");
    if (!Files.exists(aside)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(aside)) {
      return all.count();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 0x04);
    }
  }

  /** Every value of main and of the commits before that can be read. */
  private static Map<String, String> readable(Path path) {
    Map<String, String> readable = new HashMap<>();
    try (Repository repository = Varve.open(path)) {
      for (int back = 0; back < COMMITS; back++) {
        for (int commit = 0; commit < COMMITS; commit++) {
          for (int i = 0; i < CHUNKS; i++) {
            String key = "a/c/" + commit + "/" + i;
            try {
              Snapshot snapshot = repository.snapshot("main~" + back);
              snapshot
                  .get(Key.of(key))
                  .ifPresent(
                      value ->
                          readable.put(
                              snapshot.id() + " " + key,
                              HashAlgorithm.SHA256.hash(value).toString()));
            } catch (StoreException damaged) {
              // Not readable.
            }
          }
        }
      }
    } catch (StoreException damaged) {
      // Nothing is.
    }
    return readable;
  }

  private static int requireWhole(Path path, Map<String, String> truth) {
    try (Repository repository = Varve.open(path)) {
      Stores.requireClean(repository);
      int keys = 0;
      for (var all = repository.snapshot("main").entries(""); all.hasNext(); ) {
        KeyEntry each = all.next();
        assertThat(each.key().toString()).startsWith("a/");
        keys++;
      }
      assertThat(readable(path)).isEqualTo(truth);
      return keys;
    }
  }

  private static List<String> await(Fork fork) throws Exception {
    List<String> lines = new ArrayList<>();
    for (Optional<String> line = fork.line(); line.isPresent(); line = fork.line()) {
      lines.add(line.get());
    }
    return lines;
  }

  @Test
  void repairThatIsKilledAnywhereLosesNothingAndIsFinishedByTheNext() throws Exception {
    Path whole = folder.resolve("whole");
    Path other = folder.resolve("other");
    fill(whole, other);
    Map<String, String> truth = readable(whole);
    int killed = 0;
    for (int round = 0; round < Runs.count(5, 200); round++) {
      Path repo = folder.resolve("repo" + round);
      Folders.copy(whole, repo);
      int objects = damage(repo);
      Map<String, String> before = readable(repo);
      try (Fork fork =
          Fork.start(HEAP_MIB, Main.class, "repair", repo, "--from", other, "--json")) {
        // What it keeps aside tells how far it is.
        for (int kept = random.nextInt(objects); fork.alive() && kept(repo) < kept; ) {
          Thread.onSpinWait();
        }
        for (int spins = random.nextInt(2_000_000); spins > 0; spins--) {
          Thread.onSpinWait();
        }
        fork.kill();
        killed +=
            await(fork).stream().noneMatch(line -> line.contains("\"type\":\"repair\"")) ? 1 : 0;
        fork.exit();
      }
      String when = "seed " + seed + ", round " + round;
      assertThat(readable(repo)).as(when).containsAllEntriesOf(before);
      try (Fork fork =
          Fork.start(HEAP_MIB, Main.class, "repair", repo, "--from", other, "--json")) {
        List<String> told = await(fork);
        assertThat(fork.exit()).as("%s: %s", when, told).isZero();
      }
      assertThat(requireWhole(repo, truth)).as(when).isEqualTo(COMMITS * CHUNKS + 1);
      Folders.delete(repo);
    }
    System.out.println("repairs: seed " + seed + ", " + killed + " killed on the way");
    assertThat(killed).isPositive();
  }
}
