package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.WriteTotals;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Sample;
import dev.varve.testkit.Threads;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Values in packs: what they are, what a crash and a disk may do to them, and what is left then.
 */
class PacksTest {
  private static final int LENGTH = 50_000;

  /** No value is too little for a pack. */
  private static final LmdbSettings EACH = LmdbSettings.standard().withPackLeast(0);

  @TempDir Path directory;

  private Path repo() {
    return directory.resolve("repo");
  }

  private Path pack(int number) {
    return LmdbLayout.pack(repo(), number);
  }

  private static Sample value(int i) {
    return Sample.of(i, LENGTH + i);
  }

  private static WriteTotals store(LmdbBackend backend, Sample... samples) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      for (Sample each : samples) {
        writer.put(each.hash(), each.bytes());
      }
      writer.flush();
      return writer.totals();
    }
  }

  private void create(int values) {
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH)) {
      for (int i = 0; i < values; i++) {
        store(backend, value(i));
      }
    }
  }

  private static void requireWhole(LmdbBackend backend, Sample... samples) {
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    for (Sample each : samples) {
      assertThat(blobs.verify("value", each.hash())).isEqualTo(each.length());
      assertThat(backend.blobs().missing(Set.of(each.hash()))).isEmpty();
    }
  }

  private static PackPlace place(LmdbBackend backend, Sample sample) {
    byte[] row =
        backend
            .store()
            .environment()
            .read(() -> "look", txn -> txn.packed(sample.hash().toBytes()));
    assertThat(row).isNotNull();
    return PackPlace.at(sample.hash(), row);
  }

  private static boolean inPack(LmdbBackend backend, Sample sample) {
    return backend
        .store()
        .environment()
        .read(() -> "look", txn -> txn.packed(sample.hash().toBytes()) != null);
  }

  private List<ContentHash> found(int pack) throws IOException {
    List<ContentHash> found = new ArrayList<>();
    PackScan.scan(
        pack(pack),
        pack,
        (hash, bytes) -> HashAlgorithm.SHA256.hash(bytes).equals(hash),
        (hash, place) -> found.add(hash));
    return found;
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      open.write(bytes);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 16);
    }
  }

  @Test
  void valuesFrom32KiBOnLieInAPackAndShorterOnesInLmdb() {
    Sample shorter = Sample.of(1, LmdbBlobWriter.PACK_FROM - 1);
    Sample shortest = Sample.of(2, LmdbBlobWriter.PACK_FROM);
    Sample longest = Sample.of(3, 8 << 20);
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH)) {
      assertThat(store(backend, shorter, shortest, longest).blobsWritten()).isEqualTo(3);

      assertThat(inPack(backend, shorter)).isFalse();
      assertThat(inPack(backend, shortest)).isTrue();
      assertThat(inPack(backend, longest)).isTrue();
      requireWhole(backend, shorter, shortest, longest);
    }
    try (LmdbBackend again = LmdbBackend.open(repo(), EACH)) {
      requireWhole(again, shorter, shortest, longest);
      assertThat(store(again, shorter, shortest, longest).blobsWritten()).isZero();
    }
  }

  /** Two groups of 16 MiB on their way, one that is collected, and one without its rows. */
  @Test
  void checkpointsKeepAllButWhatIsOnItsWay() {
    int values = 96;
    int lost = 65;
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      try (BlobWriter writer = backend.blobs().writer(0)) {
        for (int i = 0; i < values; i++) {
          Sample each = Sample.of(i, 1 << 20);
          writer.put(each.hash(), each.bytes());
          writer.checkpoint();
        }
      }
      for (int i = 0; i < values - lost; i++) {
        requireWhole(backend, Sample.of(i, 1 << 20));
      }
    }
  }

  @Test
  void ofASlowStreamTheLastTwoCheckpointsAreLostAtMost() {
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      try (BlobWriter writer = backend.blobs().writer(0)) {
        for (int i = 0; i < 5; i++) {
          Sample each = Sample.of(i, 1 << 20);
          writer.put(each.hash(), each.bytes());
          writer.checkpoint();
          // Whatever is begun ends before something else of this process is appended and synced.
          store(backend, Sample.of(100 + i, 1 << 20));
        }
      }
      for (int i = 0; i < 3; i++) {
        requireWhole(backend, Sample.of(i, 1 << 20));
      }
    }
  }

  @Test
  void flushOfLittleIsRowsAndWaitsForNoPack() {
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      store(backend, value(1), value(2));
      assertThat(inPack(backend, value(1))).isFalse();
      requireWhole(backend, value(1), value(2));
      assertThat(LmdbLayout.packs(repo())).doesNotExist();

      // The first of these is stored already, and stays where it is.
      Sample much = Sample.of(3, 1 << 20);
      assertThat(store(backend, value(1), value(4), much).blobsWritten()).isEqualTo(2);
      assertThat(inPack(backend, value(1))).isFalse();
      assertThat(inPack(backend, value(4))).isTrue();
      assertThat(inPack(backend, much)).isTrue();
      assertThat(store(backend, value(1), value(4)).blobsWritten()).isZero();
      requireWhole(backend, value(1), value(2), value(4), much);
    }
  }

  @Test
  void packTellsByItselfWhatItHolds() throws IOException {
    create(5);

    assertThat(found(1))
        .containsExactly(
            value(0).hash(), value(1).hash(), value(2).hash(), value(3).hash(), value(4).hash());
  }

  @Test
  void partsAreReadIntoMemoryOfAnyKind() {
    Sample value = Sample.of(1, 3 << 20);
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH)) {
      store(backend, value);
      int[][] parts = {{0, 10}, {1, 300_000}, {(3 << 20) - 5, 100}, {3 << 20, 1}, {0, 3 << 20}};
      for (int[] part : parts) {
        int count = Math.min(part[1], (3 << 20) - part[0]);
        ByteBuffer expected = value.bytes().slice(part[0], count);
        for (ByteBuffer into :
            List.of(ByteBuffer.allocate(part[1]), ByteBuffer.allocateDirect(part[1]))) {
          assertThat(backend.blobs().read(value.hash(), part[0], into)).isEqualTo(count);
          assertThat(into.position()).isZero();
          assertThat(into.slice(0, count)).isEqualTo(expected);
        }
        try (StoredBlob open = backend.blobs().open(value.hash()).orElseThrow()) {
          assertThat(open.read(part[0], part[1])).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void packIsLeftForTheNextWhereItIsLongEnough() throws IOException {
    LmdbSettings small = EACH.withPackBytes(3 * LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo(), small)) {
      for (int i = 0; i < 7; i++) {
        store(backend, value(i));
      }
      for (int i = 0; i < 7; i++) {
        requireWhole(backend, value(i));
        assertThat(place(backend, value(i)).pack()).isEqualTo(1 + i / 3);
      }
    }
    assertThat(found(3)).containsExactly(value(6).hash());
  }

  @Test
  void valuesOfManyGroupsAreWrittenOnceEach() {
    LmdbSettings small = EACH.withGroupBytes(3 * LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo(), small)) {
      store(backend, value(5), value(11));
      try (BlobWriter writer = backend.blobs().writer(0)) {
        for (int i = 0; i < 60; i++) {
          // Each comes again while its group is collected, appended, or in the batch.
          Sample value = value(i % 40);
          writer.put(value.hash(), value.bytes());
        }
        writer.flush();
        assertThat(writer.totals().blobsWritten()).isEqualTo(38);
        assertThat(writer.totals().blobsReused()).isEqualTo(22);
      }
      for (int i = 0; i < 40; i++) {
        requireWhole(backend, value(i));
      }
    }
  }

  @Test
  void whatIsDroppedIsNoBlob() {
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH.withGroupBytes(2 * LENGTH))) {
      try (BlobWriter writer = backend.blobs().writer(0)) {
        for (int i = 0; i < 5; i++) {
          writer.put(value(i).hash(), value(i).bytes());
        }
      }
      assertThat(backend.blobs().missing(Set.of(value(4).hash()))).hasSize(1);
      assertThat(store(backend, value(4)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(4));
    }
  }

  /** What a crash may leave at the end of a pack: bytes that no row names. */
  private static List<byte[]> tails() throws IOException {
    byte[] random = new byte[10_000];
    new Random(1).nextBytes(random);
    ByteBuffer cut = ByteBuffer.allocate(1000);
    new PackRecord(value(9).hash(), value(9).length()).write(cut);
    cut.put(value(9).bytes().slice(0, 900));
    ByteBuffer whole = ByteBuffer.allocate(PackRecord.HEADER + value(9).length());
    new PackRecord(value(9).hash(), value(9).length()).write(whole);
    whole.put(value(9).bytes());
    return List.of(random, new byte[5000], cut.array(), whole.array(), new byte[] {'V'});
  }

  @Test
  void tailThatACrashLeftIsSkippedAndNothingAfterItIsLost() throws IOException {
    create(2);
    int stored = 2;
    for (byte[] tail : tails()) {
      long end = Files.size(pack(1));
      long page = (end + 4095) / 4096 * 4096;
      overwrite(pack(1), page, tail);

      try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
        assertThat(backend.blobs().missing(Set.of(value(9).hash()))).hasSize(1);
        store(backend, value(10 + stored));
        assertThat(place(backend, value(10 + stored)).pack()).isEqualTo(1);
        assertThat(place(backend, value(10 + stored)).offset()).isGreaterThan(page + tail.length);
        requireWhole(backend, value(0), value(1), value(10 + stored));
      }
      assertThat(found(1)).contains(value(0).hash(), value(1).hash(), value(10 + stored).hash());
      stored++;
    }
  }

  @Test
  void whatIsInAPackIsNeverWrittenAgain() throws IOException {
    create(3);
    byte[] before = Files.readAllBytes(pack(1));

    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      store(backend, value(3), value(4));
    }

    byte[] after = Files.readAllBytes(pack(1));
    assertThat(after).startsWith(before);
    // Nor is a page of it, which a disk writes as a whole.
    assertThat(found(1)).hasSize(5);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      assertThat(place(backend, value(3)).offset() % 4096).isEqualTo(PackRecord.HEADER);
    }
  }

  @Test
  void packToWhichSomebodyElseAppendsIsLeft() throws IOException {
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH)) {
      store(backend, value(0));
      overwrite(pack(1), Files.size(pack(1)), new byte[10_000]);

      store(backend, value(1));
      store(backend, value(2));

      assertThat(place(backend, value(1)).pack()).isEqualTo(2);
      assertThat(place(backend, value(2)).pack()).isEqualTo(2);
      requireWhole(backend, value(0), value(1), value(2));
    }
  }

  @Test
  void valueOfALostPackIsMissingAndIsStoredAnewAlsoUnderItsNumber() throws IOException {
    create(3);
    Files.delete(pack(1));

    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      assertThatThrownBy(() -> blobs.verify("chunk 1", value(1).hash()))
          .hasMessageContaining("chunk 1")
          .hasMessageContaining(value(1).hash().toString());
      assertThat(backend.blobs().missing(Set.of(value(1).hash()))).hasSize(1);
      // Longer, so that a pack of the same number reaches over the lost places.
      Sample other = Sample.of(77, 10 * LENGTH);
      store(backend, other);
      assertThat(place(backend, other).pack()).isEqualTo(1);

      assertThat(backend.blobs().missing(Set.of(value(1).hash()))).hasSize(1);
      assertThatThrownBy(() -> blobs.verify("chunk 1", value(1).hash()))
          .isInstanceOf(CorruptDataException.class);
      assertThat(store(backend, value(0), value(1), value(2)).blobsWritten()).isEqualTo(3);
      requireWhole(backend, other, value(0), value(1), value(2));
    }
  }

  @Test
  void valueBeyondTheEndOfACutPackIsMissingAndIsStoredAnew() throws IOException {
    create(3);
    long length = Files.size(pack(1));
    try (RandomAccessFile file = new RandomAccessFile(pack(1).toFile(), "rw")) {
      file.setLength(length - 1);
    }

    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      assertThat(backend.blobs().open(value(2).hash())).isEmpty();
      assertThat(backend.blobs().missing(Set.of(value(2).hash()))).hasSize(1);
      requireWhole(backend, value(0), value(1));

      assertThat(store(backend, value(2)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(0), value(1), value(2));
    }
  }

  @Test
  void flippedBitAnywhereInAValueIsFoundNamedAndRepaired() throws IOException {
    create(3);
    long offset;
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      offset = place(backend, value(1)).offset();
    }
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      long at = offset + (i == 0 ? 0 : random.nextInt(value(1).length()));
      flip(pack(1), at);
      try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
        VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
        assertThatThrownBy(() -> blobs.verify("chunk 1", value(1).hash()))
            .isInstanceOf(CorruptDataException.class)
            .hasMessageContaining(value(1).hash().toString());
        requireWhole(backend, value(0), value(2));
      }
      flip(pack(1), at);
    }
    flip(pack(1), offset + 7);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      LmdbBlobStore store = backend.store().blobs();
      Path kept =
          Path.of(store.replace(value(1).hash(), ValueSource.of(value(1).bytes())).orElseThrow());
      assertThat(Files.size(kept)).isEqualTo(value(1).length());
      requireWhole(backend, value(0), value(1), value(2));
    }
  }

  @Test
  void damagedValueIsTakenAwayAndStoredByTheNextPut() throws IOException {
    create(2);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      flip(pack(1), place(backend, value(1)).offset() + 100);
      LmdbBlobStore store = backend.store().blobs();
      assertThat(store.moveAside(value(0).hash(), blob -> false)).isEmpty();
      requireWhole(backend, value(0));

      assertThat(store.moveAside(value(1).hash(), blob -> blob.length() > 0)).isPresent();

      assertThat(backend.blobs().open(value(1).hash())).isEmpty();
      assertThat(store(backend, value(1)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(0), value(1));
    }
  }

  private static void putRow(LmdbBackend backend, ContentHash hash, byte[] row) {
    // PutRows leaves a row that is there.
    Collection.in(backend).delete(hash);
    backend
        .store()
        .queue()
        .submit(
            new PutRows(
                List.of(new PutRows.New(Table.PACKED, hash.toBytes(), ByteBuffer.wrap(row)))));
  }

  @Test
  void damagedRowIsToldAndIsNoPlace() {
    create(2);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      byte[] row = place(backend, value(1)).row(value(1).hash()).array();
      for (int bit = 0; bit < 8 * row.length; bit += 3) {
        byte[] damaged = row.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        putRow(backend, value(1).hash(), damaged);

        assertThatThrownBy(() -> backend.blobs().open(value(1).hash()))
            .isInstanceOf(CorruptDataException.class)
            .hasMessageContaining(value(1).hash().toString());
        assertThat(backend.blobs().missing(Set.of(value(1).hash()))).hasSize(1);
      }
      // A row of another value is right only for that one.
      putRow(backend, value(1).hash(), place(backend, value(0)).row(value(0).hash()).array());
      assertThatThrownBy(() -> backend.blobs().open(value(1).hash()))
          .isInstanceOf(CorruptDataException.class);

      AtomicInteger seen = new AtomicInteger();
      backend.store().blobs().scan((hash, length) -> seen.incrementAndGet());
      assertThat(seen).hasValue(2);
      assertThat(store(backend, value(1)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(0), value(1));
    }
  }

  @Test
  void rowOfBytesThatWereNeverWrittenIsNoBlob() {
    create(1);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      PackPlace beyond = new PackPlace(1, 1L << 40, value(5).length());
      putRow(backend, value(5).hash(), beyond.row(value(5).hash()).array());

      assertThat(backend.blobs().open(value(5).hash())).isEmpty();
      assertThat(backend.blobs().missing(Set.of(value(5).hash()))).hasSize(1);
      assertThat(store(backend, value(5)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(5));
    }
  }

  @Test
  void lostRowsAreFoundAgainByARebuild() throws IOException {
    create(4);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      flip(pack(1), place(backend, value(2)).offset() + 5);
    }
    for (byte[] tail : tails()) {
      overwrite(pack(1), Files.size(pack(1)), tail);
    }
    overwrite(repo().resolve("data.mdb"), 0, new byte[8192]);

    LmdbBackend.rebuild(repo());

    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      backend.checkStructure();
      requireWhole(backend, value(0), value(1), value(3));
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      assertThatThrownBy(() -> blobs.verify("chunk 2", value(2).hash()))
          .hasMessageContaining(value(2).hash().toString());
      assertThat(store(backend, value(2)).blobsWritten()).isEqualTo(1);
      requireWhole(backend, value(2));
    }
  }

  @Test
  void rowOfADamagedValueOutlivesARebuildSoThatItCanBeMended() throws IOException {
    create(2);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      flip(pack(1), place(backend, value(1)).offset() + 5);
    }

    LmdbBackend.rebuild(repo());

    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      assertThat(backend.keepsPacks()).isTrue();
      requireWhole(backend, value(0));
      assertThat(backend.blobs().open(value(1).hash()).orElseThrow().length())
          .isEqualTo(value(1).length());
    }
  }

  @Test
  void repositoryWithoutPacksStaysSo() throws IOException {
    LmdbSettings without = EACH.withPacks(false);
    LmdbBackend.create(repo(), without).close();
    // Also by a program that has packs, which creates it once more, fills, and rebuilds it.
    try (LmdbBackend backend = LmdbBackend.create(repo(), EACH)) {
      assertThat(backend.keepsPacks()).isFalse();
      assertThat(store(backend, value(1)).blobsWritten()).isEqualTo(1);
      assertThat(store(backend, value(1)).blobsWritten()).isZero();
      requireWhole(backend, value(1));
      AtomicInteger seen = new AtomicInteger();
      backend.store().blobs().scan((hash, length) -> seen.incrementAndGet());
      assertThat(seen).hasValue(1);
    }
    LmdbBackend.rebuild(repo());
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      assertThat(backend.keepsPacks()).isFalse();
      requireWhole(backend, value(1));
    }
    assertThat(LmdbLayout.packs(repo())).doesNotExist();
  }

  @Test
  void interruptedReadersReadOnAndStayInterrupted() {
    create(2);
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
      Threads.together(
          4,
          index -> {
            for (int i = 0; i < 200; i++) {
              if (index % 2 == 0) {
                Thread.currentThread().interrupt();
              }
              requireWhole(backend, value(i % 2));
              assertThat(Thread.interrupted()).isEqualTo(index % 2 == 0);
            }
            return null;
          });
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
