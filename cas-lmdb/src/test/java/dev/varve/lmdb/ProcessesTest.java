package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.testkit.Changes;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one repository, some of which are killed. */
class ProcessesTest {
  private static final RefName COUNTER = RefName.branch("counter");

  @TempDir Path directory;

  /** Raises the counter; for each success stores a blob first and says so afterwards. */
  static final class Raise {
    private Raise() {}

    public static void main(String[] args) {
      Path repo = Path.of(args[0]);
      int who = Integer.parseInt(args[1]);
      int times = Integer.parseInt(args[2]);
      try (LmdbBackend backend =
          LmdbBackend.open(repo, LmdbSettings.standard().withInitialMap(1 << 18))) {
        for (int i = 0; i < times; i++) {
          raise(backend, who, i);
        }
      }
      System.out.println("end");
    }

    private static void raise(Backend backend, int who, int i) {
      Sample blob = Sample.of(1000L * who + i, 20_000);
      Evidence evidence;
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(blob.hash(), blob.bytes());
        evidence = writer.flush();
      }
      while (true) {
        Optional<RefRecord> seen = backend.refs().read(COUNTER);
        RefOutcome outcome =
            backend
                .refs()
                .compareAndSet(seen, Changes.to(COUNTER, blob.hash(), 1000L * who + i), evidence);
        if (outcome instanceof RefOutcome.Done done) {
          System.out.println("done " + done.record().number() + " " + blob.hash());
          return;
        }
      }
    }
  }

  @Test
  void processesRaiseOneCounterAndWhatWasAcknowledgedIsStored() throws Exception {
    Path repo = directory.resolve("repo");
    LmdbBackend.create(repo).close();
    Map<Long, ContentHash> acknowledged = new HashMap<>();
    List<Fork> forks = new ArrayList<>();
    try {
      for (int who = 0; who < 4; who++) {
        // The first two end by themselves, the others are killed on the way.
        forks.add(Fork.start(128, Raise.class, repo, who, who < 2 ? 60 : 100_000));
      }
      for (int who = 2; who < 4; who++) {
        for (int i = 0; i < 25; i++) {
          note(forks.get(who).await("done"), acknowledged);
        }
        forks.get(who).kill();
      }
      for (Fork each : forks) {
        for (Optional<String> line = each.line(); line.isPresent(); line = each.line()) {
          // The last line of a killed process may be cut.
          if (line.get().matches("done \\d+ [0-9a-f]{64}")) {
            note(line.get(), acknowledged);
          }
        }
        each.exit();
      }
    } finally {
      forks.forEach(Fork::close);
    }

    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      List<RefRecord> log = new ArrayList<>();
      backend.refs().log(COUNTER).forEachRemaining(log::add);
      assertThat(log.get(0).number()).isEqualTo(log.size());
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(2 * 60 + 2 * 25);
      Map<Long, ContentHash> stored = new HashMap<>();
      log.forEach(record -> stored.put(record.number(), record.target().orElseThrow()));
      assertThat(stored).containsAllEntriesOf(acknowledged);
      // Each of the killed may have written one more before its answer was printed.
      assertThat(stored.size() - acknowledged.size()).isBetween(0, 2);
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      stored.values().forEach(hash -> assertThat(blobs.verify("blob", hash)).isEqualTo(20_000));
      Sample more = Sample.of(-1, 10);
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(more.hash(), more.bytes());
        writer.flush();
      }
    }
  }

  private static void note(String line, Map<Long, ContentHash> acknowledged) {
    String[] words = line.split(" ");
    assertThat(acknowledged.put(Long.parseLong(words[1]), ContentHash.parse(words[2]))).isNull();
  }

  /** Writes so much that the map must grow, then waits to be told to end. */
  static final class Fill {
    private Fill() {}

    public static void main(String[] args) throws IOException {
      try (LmdbBackend backend =
              LmdbBackend.open(Path.of(args[0]), LmdbSettings.standard().withInitialMap(1 << 18));
          BlobWriter writer = backend.blobs().writer(0)) {
        for (int i = 0; i < 40; i++) {
          // Rows of LMDB, not of a pack.
          Sample blob = Sample.of(i, 30_000);
          writer.put(blob.hash(), blob.bytes());
          writer.flush();
        }
        System.out.println("filled");
        System.in.read();
      }
    }
  }

  @Test
  void mapGrownByAnotherProcessIsTakenOver() throws Exception {
    Path repo = directory.resolve("repo");
    LmdbSettings tiny = LmdbSettings.standard().withInitialMap(1 << 18);
    try (LmdbBackend backend = LmdbBackend.create(repo, tiny)) {
      long before = backend.store().environment().mapSize();
      try (Fork fork = Fork.start(128, Fill.class, repo)) {
        fork.await("filled");

        for (int i = 0; i < 40; i++) {
          Sample blob = Sample.of(i, 30_000);
          try (StoredBlob stored = backend.blobs().open(blob.hash()).orElseThrow()) {
            assertThat(stored.read(0, 30_000)).isEqualTo(blob.bytes());
          }
        }
        assertThat(backend.store().environment().mapSize()).isGreaterThan(before);
        Sample mine = Sample.of(100, 1000);
        try (BlobWriter writer = backend.blobs().writer(0)) {
          writer.put(mine.hash(), mine.bytes());
          writer.flush();
        }
        fork.send("end");
        assertThat(fork.exit()).isZero();
        assertThat(backend.blobs().missing(Set.of(mine.hash()))).isEmpty();
      }
    }
  }

  @Test
  void mapGrownByAnotherProcessIsTakenOverByAWriterThatNeverReads() throws Exception {
    Path repo = directory.resolve("repo");
    LmdbSettings tiny = LmdbSettings.standard().withInitialMap(1 << 18);
    try (LmdbBackend backend = LmdbBackend.create(repo, tiny);
        Fork fork = Fork.start(128, Fill.class, repo)) {
      fork.await("filled");
      Sample mine = Sample.of(100, 1000);

      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(mine.hash(), mine.bytes());
        writer.flush();
      }

      assertThat(backend.blobs().missing(Set.of(mine.hash()))).isEmpty();
    }
  }

  /** Begins to store a large value whose source never comes to an end. */
  static final class Hang {
    private Hang() {}

    public static void main(String[] args) {
      GeneratedSource value = GeneratedSource.of(1, 3L * Blobs.MAX_WHOLE);
      try (LmdbBackend backend = LmdbBackend.open(Path.of(args[0]));
          BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(value.hash(), value);
        System.out.println("put");
        System.in.read();
        writer.flush();
      } catch (IOException failed) {
        throw new AssertionError(failed);
      }
    }
  }

  @Test
  void valuesOfADeadProcessAreRemovedAndThoseOfALivingOneAreNot() throws Exception {
    Path repo = directory.resolve("repo");
    LmdbBackend.create(repo).close();
    Path incoming = LmdbLayout.incoming(repo);
    try (Fork dead = Fork.start(128, Hang.class, repo);
        Fork living = Fork.start(128, Hang.class, repo)) {
      dead.await("put");
      living.await("put");
      LmdbBackend.open(repo).close();
      assertThat(files(incoming)).isEqualTo(2);

      dead.kill();
      dead.exit();
      LmdbBackend.open(repo).close();

      assertThat(files(incoming)).isEqualTo(1);
      living.send("go on");
      assertThat(living.exit()).isZero();
    }
    assertThat(files(incoming)).isZero();
    GeneratedSource value = GeneratedSource.of(1, 3L * Blobs.MAX_WHOLE);
    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      assertThat(blobs.verify("value", value.hash())).isEqualTo(value.length());
    }
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  /** One of several that create the same repository at the same time. */
  static final class Create {
    private Create() {}

    public static void main(String[] args) {
      try (LmdbBackend backend = LmdbBackend.create(Path.of(args[0]))) {
        boolean mine = backend.createConfig(ByteBuffer.wrap(new byte[] {Byte.parseByte(args[1])}));
        System.out.println("created " + mine);
      }
    }
  }

  @Test
  void ofProcessesThatCreateOneRepositoryOneWins() throws Exception {
    Path repo = directory.resolve("a/b/repo");
    List<Fork> forks = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        forks.add(Fork.start(64, Create.class, repo, i));
      }
      List<String> answers = new ArrayList<>();
      for (Fork each : forks) {
        answers.add(each.await("created"));
      }
      assertThat(answers).containsOnlyOnce("created true");
      try (LmdbBackend backend = LmdbBackend.open(repo)) {
        assertThat(backend.config().orElseThrow().get())
            .isEqualTo((byte) answers.indexOf("created true"));
      }
    } finally {
      forks.forEach(Fork::close);
    }
  }
}
