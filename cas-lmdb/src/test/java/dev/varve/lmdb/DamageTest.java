package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.ref.RefName;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that a disk has damaged: refused or read with an error, and never the end of the process.
 */
class DamageTest {
  private static final int BLOBS = 400;
  private static final int REFS = 20;

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
      for (int part = 0; part < 4; part++) {
        try (BlobWriter writer = backend.blobs().writer(0)) {
          for (int i = part; i < BLOBS; i += 4) {
            writer.put(blob(i).hash(), blob(i).bytes());
          }
          writer.flush();
        }
      }
      for (int i = 0; i < REFS; i++) {
        backend
            .refs()
            .compareAndSet(
                backend.refs().read(ref(i)),
                Changes.to(ref(i), blob(i).hash(), i),
                new Evidence(1));
      }
    }
    return repo;
  }

  @Test
  void undamagedFilePasses() {
    Path repo = filled();
    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      backend.checkStructure();
      assertThat(readAll(backend)).isEqualTo(BLOBS + REFS);
    }
  }

  /** How much of what was stored reads as it was; the rest is refused or told absent. */
  private static int readAll(LmdbBackend backend) {
    int good = 0;
    for (int i = 0; i < BLOBS; i++) {
      Sample expected = blob(i);
      try (StoredBlob stored = backend.blobs().open(expected.hash()).orElse(null)) {
        if (stored != null
            && stored.length() == expected.length()
            && stored.read(0, expected.length()).equals(expected.bytes())) {
          good++;
        }
      } catch (StoreException refused) {
        assertThat(refused).hasMessageContaining("cannot");
      }
    }
    for (int i = 0; i < REFS; i++) {
      try {
        good += backend.refs().read(ref(i)).isPresent() ? 1 : 0;
      } catch (StoreException refused) {
        assertThat(refused).hasMessageContaining("cannot");
      }
    }
    return good;
  }

  @Test
  void cutFileIsRefused() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    // Beyond what may lack at the end because it was never written.
    grow(data);
    for (long length : new long[] {100, 4096, 8192, Files.size(data) / 2}) {
      Path copy = copy(repo);
      try (RandomAccessFile file = new RandomAccessFile(copy.resolve("data.mdb").toFile(), "rw")) {
        file.setLength(length);
      }
      assertThatThrownBy(() -> LmdbBackend.open(copy))
          .as("cut to " + length)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("data.mdb");
    }
  }

  private void grow(Path data) {
    try (LmdbBackend backend = LmdbBackend.open(data.getParent());
        BlobWriter writer = backend.blobs().writer(0)) {
      for (int i = 0; i < 200; i++) {
        Sample large = Sample.of(-1 - i, 30_000);
        writer.put(large.hash(), large.bytes());
      }
      writer.flush();
    }
  }

  @Test
  void fileThatLacksItsLastPageIsReadAsFarAsItGoes() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    long length = Files.size(data);
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(length - 4096);
    }

    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      assertThat(Files.size(data)).isEqualTo(length);
      assertThat(readAll(backend)).isLessThanOrEqualTo(BLOBS + REFS);
    } catch (CorruptDataException orNotAtAll) {
      assertThat(orNotAtAll).hasMessageContaining("data.mdb");
    }
  }

  /** Opens a file, reads everything twice, and says how it went. */
  static final class Survive {
    private Survive() {}

    public static void main(String[] args) throws IOException {
      Path work = Path.of(args[0]);
      byte[] whole = Files.readAllBytes(work.resolve("data.mdb"));
      Random random = new Random(Long.parseLong(args[1]));
      int times = Integer.parseInt(args[2]);
      int noticed = 0;
      for (int i = 0; i < times; i++) {
        byte[] damaged = whole.clone();
        int page = random.nextInt(whole.length / 4096);
        // Headers and tables of rows are at the begin of a page, and hurt most.
        int at = 4096 * page + (random.nextBoolean() ? random.nextInt(64) : random.nextInt(4096));
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        System.out.println("flip " + at);
        Path repo = Files.createDirectory(work.resolve("r" + i));
        Files.write(repo.resolve("data.mdb"), damaged);
        try (LmdbBackend backend = LmdbBackend.open(repo)) {
          noticed += readAll(backend) < BLOBS + REFS ? 1 : 0;
        } catch (StoreException refused) {
          noticed++;
        }
      }
      System.out.println("survived " + noticed);
    }
  }

  @Test
  void flippedBitsAnywhereDoNotEndTheProcess() throws Exception {
    Path repo = filled();
    try (Fork fork = Fork.start(128, Survive.class, repo, 1, 250)) {
      String end = fork.await("survived");
      // Some flips hit what is in use; were none noticed, the test would try nothing.
      assertThat(Integer.parseInt(end.split(" ")[1])).isGreaterThan(5);
      assertThat(fork.exit()).isZero();
    }
  }

  @Test
  void rootPageOfAnEarlierTransactionIsNotTakenForTheLast() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    RootPage root = RootPage.read(data);
    long older = root.transaction() - 1;
    // Its number is made larger than that of the newer page.
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      long at = 4096 * (older & 1) + 144;
      file.seek(at);
      assertThat(Long.reverseBytes(file.readLong())).isEqualTo(older);
      file.seek(at + 2);
      file.write(1);
    }

    assertThatThrownBy(() -> LmdbBackend.open(repo))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("root page");
  }

  @Test
  void damagedHeaderOfAValueIsFoundByTheFullCheck() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    long page = pageOfALargeValue(data);
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      // The count of pages that the value's header tells.
      file.seek(4096 * page + 12);
      file.write(77);
    }

    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      assertThatThrownBy(backend::checkStructure)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("page " + page);
      assertThat(readAll(backend)).isEqualTo(BLOBS + REFS - 1);
    }
  }

  @Test
  void rowThatNamesPagesBeyondAllNumbersIsRefused() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    byte[] named =
        ByteBuffer.allocate(40)
            .order(ByteOrder.nativeOrder())
            .put(blob(200).hash().toBytes())
            .putLong(pageOfALargeValue(data))
            .array();
    byte[] bytes = Files.readAllBytes(data);
    int found = 0;
    for (int at = 0; at + 40 <= bytes.length; at += 2) {
      if (Arrays.equals(bytes, at, at + 40, named, 0, 40)) {
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(at + 32, Long.MAX_VALUE);
        found++;
      }
    }
    assertThat(found).isPositive();
    Files.write(data, bytes);

    assertThatThrownBy(() -> LmdbBackend.open(repo))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("page " + Long.MAX_VALUE);
  }

  @Test
  void fileWithADamagedTreeIsRefusedAndOpensOnRequest() throws IOException {
    Path repo = filled();
    Path data = repo.resolve("data.mdb");
    long page = RootPage.read(data).main().root();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      // The page's own number, at which LMDB does not look.
      file.seek(4096 * page + 4);
      file.write(1);
    }

    assertThatThrownBy(() -> LmdbBackend.open(repo))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("page " + page)
        .hasMessageContaining(LmdbSettings.ALLOW_DAMAGE);
    try (LmdbBackend backend =
        LmdbBackend.open(repo, LmdbSettings.standard().withDamageAllowed())) {
      assertThat(readAll(backend)).isEqualTo(BLOBS + REFS);
    }
  }

  private static long pageOfALargeValue(Path data) throws IOException {
    byte[] bytes = Files.readAllBytes(data);
    byte[] begin = new byte[16];
    blob(200).bytes().get(begin);
    for (int page = 2; page < bytes.length / 4096; page++) {
      if (Arrays.equals(bytes, 4096 * page + 16, 4096 * page + 32, begin, 0, 16)) {
        return page;
      }
    }
    throw new AssertionError("the value does not begin a page");
  }

  private Path copy(Path repo) throws IOException {
    Path copy = Files.createTempDirectory(directory, "copy");
    Files.copy(repo.resolve("data.mdb"), copy.resolve("data.mdb"));
    return copy;
  }
}
