package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.testkit.Changes;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files whose structure is damaged, made anew from what can be proved. */
class RebuildTest {
  private static final int BLOBS = 300;
  private static final int REFS = 12;
  private static final GeneratedSource LARGE = GeneratedSource.of(1, Blobs.MAX_WHOLE + 1000L);

  @TempDir Path directory;

  private static Sample blob(int i) {
    return Sample.of(i, i % 20 == 0 ? 10_000 + i : i * 7 % 500);
  }

  private static RefName ref(int i) {
    return RefName.branch("b" + i);
  }

  private Path filled() {
    Path repo = directory.resolve("repo");
    try (LmdbBackend backend = LmdbBackend.create(repo)) {
      backend.createConfig(config());
      for (int part = 0; part < 3; part++) {
        try (BlobWriter writer = backend.blobs().writer(0)) {
          for (int i = part; i < BLOBS; i += 3) {
            writer.put(blob(i).hash(), blob(i).bytes());
          }
          writer.flush();
        }
        for (int i = 0; i < REFS; i++) {
          backend
              .refs()
              .compareAndSet(
                  backend.refs().read(ref(i)),
                  Changes.to(ref(i), blob(i + part).hash(), 100L * part + i),
                  new Evidence(1));
        }
      }
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(LARGE.hash(), LARGE);
        writer.flush();
      }
    }
    return repo;
  }

  /** Bytes that end with their own digest, as a configuration does. */
  private static ByteBuffer config() {
    byte[] body = {1, 2, 3, 4};
    return ByteBuffer.allocate(36).put(body).put(HashAlgorithm.SHA256.hash(body).toBytes()).flip();
  }

  private static int whole(LmdbBackend backend) {
    int whole = 0;
    for (int i = 0; i < BLOBS; i++) {
      try (StoredBlob stored = backend.blobs().open(blob(i).hash()).orElse(null)) {
        whole +=
            stored != null && stored.read(0, (int) stored.length()).equals(blob(i).bytes()) ? 1 : 0;
      }
    }
    return whole;
  }

  private static void requireAllRefs(LmdbBackend backend) {
    assertThat(backend.refs().list(RefName.Kind.HEADS)).hasSize(REFS);
    for (int i = 0; i < REFS; i++) {
      RefRecord newest = backend.refs().read(ref(i)).orElseThrow();
      assertThat(newest.number()).isEqualTo(3);
      assertThat(newest.target()).contains(blob(i + 2).hash());
      int[] records = {0};
      backend.refs().log(ref(i)).forEachRemaining(each -> records[0]++);
      assertThat(records[0]).isEqualTo(3);
    }
  }

  private static void overwrite(Path data, long at, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(at);
      file.write(bytes);
    }
  }

  private static void requireEverything(Path repo) {
    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      backend.checkStructure();
      assertThat(backend.config()).contains(config());
      assertThat(whole(backend)).isEqualTo(BLOBS);
      requireAllRefs(backend);
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      assertThat(blobs.verify("value", LARGE.hash())).isEqualTo(LARGE.length());
      // It is a repository like any other.
      try (BlobWriter writer = backend.blobs().writer(0)) {
        Sample more = Sample.of(-5, 100);
        writer.put(more.hash(), more.bytes());
        writer.flush();
        assertThat(backend.blobs().open(more.hash())).isPresent();
      }
    }
  }

  @Test
  void wholeFileIsRebuiltAsItIs() throws IOException {
    Path repo = filled();
    byte[] before = Files.readAllBytes(repo.resolve("data.mdb"));

    LmdbBackend.Rebuilt rebuilt = LmdbBackend.rebuild(repo);

    assertThat(rebuilt.allRefs()).isTrue();
    assertThat(Files.readAllBytes(rebuilt.kept())).isEqualTo(before);
    requireEverything(repo);
  }

  @Test
  void fileWithoutItsTablesIsRebuiltFromItsPages() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    overwrite(data, 4096L * RootPage.read(data).main().root(), new byte[4096]);
    assertThatThrownBy(() -> LmdbBackend.open(repo)).isInstanceOf(CorruptDataException.class);

    LmdbBackend.Rebuilt rebuilt = LmdbBackend.rebuild(repo);

    assertThat(rebuilt.allRefs()).isFalse();
    requireEverything(repo);
  }

  @Test
  void fileWithoutRootPagesIsRebuiltFromItsPages() throws IOException {
    Path repo = filled();
    overwrite(repo.resolve("data.mdb"), 0, new byte[8192]);

    assertThat(LmdbBackend.rebuild(repo).allRefs()).isFalse();

    requireEverything(repo);
  }

  @Test
  void fileWithoutItsNewerRootPageKeepsWhatWasCommittedLast() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    overwrite(data, 4096 * (RootPage.read(data).transaction() & 1) + 20, new byte[] {1, 2, 3});

    LmdbBackend.rebuild(repo);

    requireEverything(repo);
  }

  @Test
  void whatIsDamagedInAnyPageCostsNoMoreThanThatPage() throws IOException {
    Path repo = filled();
    byte[] whole = Files.readAllBytes(repo.resolve("data.mdb"));
    Random random = new Random(1);
    for (int i = 0; i < 10; i++) {
      byte[] damaged = whole.clone();
      int page = 2 + random.nextInt(whole.length / 4096 - 2);
      for (int at = 0; at < 16; at++) {
        damaged[4096 * page + random.nextInt(4096)] ^= (byte) (1 << random.nextInt(8));
      }
      Path copy = Files.createTempDirectory(directory, "copy");
      Files.write(copy.resolve("data.mdb"), damaged);

      LmdbBackend.rebuild(copy);

      try (LmdbBackend backend = LmdbBackend.open(copy)) {
        backend.checkStructure();
        // No page holds more than so many rows.
        assertThat(whole(backend)).isGreaterThan(BLOBS - 60);
      }
    }
  }

  @Test
  void recordsThatAClientStoredAsAValueAreNotTakenForTheRepositorys() throws IOException {
    Path inner = directory.resolve("inner");
    try (LmdbBackend backend = LmdbBackend.create(inner)) {
      for (int i = 0; i < 9; i++) {
        backend
            .refs()
            .compareAndSet(
                backend.refs().read(ref(0)),
                Changes.to(ref(0), blob(i).hash(), i),
                new Evidence(1));
      }
    }
    Path repo = filled();
    Sample value = Sample.of(Files.readAllBytes(inner.resolve("data.mdb")));
    try (LmdbBackend backend = LmdbBackend.open(repo);
        BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(value.hash(), value.bytes());
      writer.flush();
    }
    overwrite(repo.resolve("data.mdb"), 0, new byte[8192]);

    LmdbBackend.rebuild(repo);

    requireEverything(repo);
  }

  @Test
  void repositoryThatIsOpenIsNotRebuilt() throws Exception {
    Path repo = filled();
    try (LmdbBackend here = LmdbBackend.open(repo)) {
      assertThatThrownBy(() -> LmdbBackend.rebuild(repo))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("open elsewhere");
      assertThat(here.config()).isPresent();
    }
    try (Fork elsewhere = Fork.start(64, Hold.class, repo)) {
      elsewhere.await("open");
      assertThatThrownBy(() -> LmdbBackend.rebuild(repo))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("open elsewhere");
      elsewhere.send("end");
      assertThat(elsewhere.exit()).isZero();
    }
    LmdbBackend.rebuild(repo);
    requireEverything(repo);
  }

  /** Keeps a repository open until it is told to end. */
  static final class Hold {
    private Hold() {}

    public static void main(String[] args) throws IOException {
      try (LmdbBackend backend = LmdbBackend.open(Path.of(args[0]))) {
        System.out.println("open " + backend.config().isPresent());
        System.in.read();
      }
    }
  }

  /** Rebuilds a repository again and again until it is killed. */
  static final class Again {
    private Again() {}

    public static void main(String[] args) {
      System.out.println("begin");
      while (true) {
        LmdbBackend.rebuild(Path.of(args[0]));
        System.out.println("rebuilt");
      }
    }
  }

  @Test
  void whatARebuildLeftThatWasKilledAtItsBeginIsTakenAway() throws IOException {
    Path repo = filled();
    Path begun = Files.createDirectories(repo.resolve("rebuilding/data.mdb.1-0123456789ab"));
    Files.writeString(begun.resolve("data.mdb"), "half a page");
    Files.writeString(begun.resolve("lock.mdb"), "");

    LmdbBackend.rebuild(repo);

    requireEverything(repo);
    assertThat(repo.resolve("rebuilding")).doesNotExist();
  }

  @Test
  void rebuildThatIsKilledAnywhereLeavesTheOldFileOrTheNewOne() throws Exception {
    Path repo = filled();
    Random random = new Random(1);
    for (int i = 0; i < 4; i++) {
      try (Fork fork = Fork.start(128, Again.class, repo)) {
        fork.await("begin");
        for (int spins = random.nextInt(40_000_000); spins > 0; spins--) {
          Thread.onSpinWait();
        }
        fork.kill();
        fork.exit();
      }
      requireEverything(repo);
    }
    LmdbBackend.rebuild(repo);
    requireEverything(repo);
    assertThat(repo.resolve("rebuilding")).doesNotExist();
  }
}
