package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.RepairableBlobs.Standing;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.WriteTotals;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Sample;
import dev.varve.testkit.Threads;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs that are stored as differences to others: what they cost, and what damage does to them. */
class DeltasTest {
  private static final int LENGTH = 17_000;
  private static final RefName MAIN = RefName.branch("main");

  @TempDir Path directory;
  private LmdbBackend backend;

  @BeforeEach
  void create() {
    backend = LmdbBackend.create(directory.resolve("repo"));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private void reopen() {
    backend.close();
    backend = LmdbBackend.open(directory.resolve("repo"));
  }

  /** Each has 32 bytes that the one before has not. */
  private static List<Sample> chain(long seed, int length, int count) {
    Random random = new Random(seed);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    List<Sample> chain = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chain.add(Sample.of(bytes.clone()));
      byte[] hash = new byte[32];
      random.nextBytes(hash);
      System.arraycopy(hash, 0, bytes, random.nextInt(length - 32), 32);
    }
    return chain;
  }

  private static void putAll(BlobWriter writer, List<Sample> chain) {
    for (int i = 0; i < chain.size(); i++) {
      Sample each = chain.get(i);
      if (i == 0) {
        writer.put(each.hash(), each.bytes());
      } else {
        writer.put(each.hash(), each.bytes(), chain.get(i - 1).hash());
      }
    }
  }

  private WriteTotals store(List<Sample> chain) {
    WriteTotals all = WriteTotals.NONE;
    for (int i = 0; i < chain.size(); i++) {
      all =
          all.plus(store(chain.get(i), i == 0 ? Optional.empty() : Optional.of(chain.get(i - 1))));
    }
    return all;
  }

  private WriteTotals store(Sample blob, Optional<Sample> replaced) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      if (replaced.isPresent()) {
        writer.put(blob.hash(), blob.bytes(), replaced.get().hash());
      } else {
        writer.put(blob.hash(), blob.bytes());
      }
      writer.flush();
      return writer.totals();
    }
  }

  private void requireWhole(List<Sample> samples) {
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    for (Sample each : samples) {
      assertThat(blobs.get("node", each.hash(), LENGTH)).isEqualTo(each.bytes());
      assertThat(backend.blobs().missing(Set.of(each.hash()))).isEmpty();
      ByteBuffer part = ByteBuffer.allocate(100);
      assertThat(backend.blobs().read(each.hash(), 50, part)).isEqualTo(100);
      assertThat(part).isEqualTo(each.bytes().slice(50, 100));
    }
  }

  private Optional<DeltaRow> row(Sample blob) {
    return row(blob.hash()).map(bytes -> DeltaRow.at(blob.hash(), bytes));
  }

  private Optional<byte[]> row(ContentHash hash) {
    return Optional.ofNullable(
        backend.store().environment().read(() -> "look", txn -> txn.delta(hash.toBytes())));
  }

  private boolean isRow(Table table, ContentHash hash) {
    return backend
        .store()
        .environment()
        .read(() -> "look", txn -> txn.length(table, hash.toBytes()) >= 0);
  }

  private boolean isMissing(Sample blob) {
    return !backend.blobs().missing(Set.of(blob.hash())).isEmpty();
  }

  private void putRow(Table table, ContentHash hash, byte[] row) {
    Collection.in(backend).delete(hash);
    backend
        .store()
        .queue()
        .submit(new PutRows(List.of(new PutRows.New(table, hash.toBytes(), ByteBuffer.wrap(row)))));
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] damaged = bytes.clone();
    damaged[bit / 8] ^= (byte) (1 << bit % 8);
    return damaged;
  }

  private static byte[] array(Sample sample) {
    byte[] bytes = new byte[sample.length()];
    sample.bytes().get(bytes);
    return bytes;
  }

  @Test
  void whatReplacesAnotherIsStoredAsADifferenceAndReadWhole() {
    List<Sample> chain = chain(1, LENGTH, 2);

    WriteTotals written = store(chain);

    assertThat(written.blobsWritten()).isEqualTo(2);
    assertThat(written.bytesWritten()).isBetween(LENGTH + 32L, LENGTH + 100L);
    assertThat(row(chain.get(1)).orElseThrow().base()).isEqualTo(chain.get(0).hash());
    assertThat(isRow(Table.BLOBS, chain.get(1).hash())).isFalse();
    requireWhole(chain);
    reopen();
    requireWhole(chain);
  }

  @Test
  void aBaseIsAlwaysWholeAndRenewedWhenDifferencesGrow() {
    List<Sample> chain = chain(2, LENGTH, 300);

    store(chain);

    int whole = 0;
    for (Sample each : chain) {
      Optional<DeltaRow> delta = row(each);
      if (delta.isPresent()) {
        assertThat(isRow(Table.BLOBS, delta.get().base())).isTrue();
        assertThat(row(delta.get().base())).isEmpty();
        assertThat(delta.get().row()).hasSizeLessThan(2_000);
      } else {
        whole++;
      }
    }
    assertThat(whole).isBetween(4, 15);
    requireWhole(chain);
  }

  @Test
  void aBaseBearsNoMoreThanAHundredThatFollowOneAnother() {
    List<Sample> chain = new ArrayList<>(chain(30, LENGTH, 1));
    byte[] bytes = array(chain.get(0));
    for (int i = 0; i < 250; i++) {
      // The difference stays as short as it is.
      bytes[77]++;
      bytes[78] += (byte) (i / 200);
      chain.add(Sample.of(bytes.clone()));
    }
    for (int part = 0; part <= 250; part += 50) {
      store(chain.subList(part, Math.min(chain.size(), part + 51)));
      reopen();
    }

    Map<ContentHash, Integer> borne = new TreeMap<>();
    chain.forEach(each -> row(each).ifPresent(row -> borne.merge(row.base(), 1, Integer::sum)));
    assertThat(borne.values()).containsExactlyInAnyOrder(100, 100, 48);
    requireWhole(chain);
  }

  @Test
  void shortBlobsAreRenewedAtAQuarterOfThem() {
    List<Sample> chain = chain(3, 1_000, 50);

    store(chain);

    for (Sample each : chain) {
      assertThat(row(each).map(delta -> delta.row().length).orElse(0)).isLessThanOrEqualTo(250);
    }
    assertThat(chain.stream().filter(each -> row(each).isPresent()).count()).isBetween(20L, 48L);
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    chain.forEach(each -> assertThat(blobs.verify("node", each.hash())).isEqualTo(1_000));
  }

  @Test
  void aChainInOneBatchStandsOnItsFirst() {
    List<Sample> first = chain(4, LENGTH, 1);
    List<Sample> chain = new ArrayList<>(first);
    chain.addAll(chain(4, LENGTH, 20).subList(1, 20));
    store(first);

    try (BlobWriter writer = backend.blobs().writer(0)) {
      putAll(writer, chain);
      writer.flush();
    }

    for (Sample each : chain.subList(1, chain.size())) {
      assertThat(row(each).orElseThrow().base()).isEqualTo(first.get(0).hash());
    }
    requireWhole(chain);
  }

  @Test
  void anotherProcessGoesOnWhereOneStopped() {
    List<Sample> chain = chain(5, LENGTH, 12);
    store(chain.subList(0, 6));
    reopen();

    for (int i = 6; i < 12; i++) {
      store(chain.get(i), Optional.of(chain.get(i - 1)));
      assertThat(row(chain.get(i)).orElseThrow().base()).isEqualTo(chain.get(0).hash());
    }
    requireWhole(chain);
  }

  @Test
  void whatIsNotStoredIsNoBase() {
    List<Sample> chain = chain(6, LENGTH, 3);

    assertThat(store(chain.get(1), Optional.of(chain.get(0))).bytesWritten()).isEqualTo(LENGTH);

    // Kept in mind by a writer that was dropped.
    try (BlobWriter writer = backend.blobs().writer(0)) {
      Sample other = Sample.of(7, LENGTH);
      writer.put(other.hash(), other.bytes(), chain.get(0).hash());
    }
    Sample after = chain(7, LENGTH, 2).get(1);
    assertThat(store(after, Optional.of(Sample.of(7, LENGTH))).bytesWritten()).isEqualTo(LENGTH);
    requireWhole(List.of(chain.get(1), after));
  }

  @Test
  void damagedBytesAreNoBase() {
    List<Sample> chain = chain(8, LENGTH, 2);
    putRow(Table.BLOBS, chain.get(0).hash(), flipped(array(chain.get(0)), 80_000));

    assertThat(store(chain.get(1), Optional.of(chain.get(0))).bytesWritten()).isEqualTo(LENGTH);

    assertThat(row(chain.get(1))).isEmpty();
    requireWhole(chain.subList(1, 2));
  }

  @Test
  void longBlobsAreStoredWhole() {
    List<Sample> chain = chain(9, DeltaRow.MAX_BLOB, 2);
    List<Sample> shorter = chain(9, DeltaRow.MAX_BLOB - 1, 2);

    store(chain);
    store(shorter);

    assertThat(row(chain.get(1))).isEmpty();
    assertThat(row(shorter.get(1))).isPresent();
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    assertThat(blobs.verify("node", chain.get(1).hash())).isEqualTo(DeltaRow.MAX_BLOB);
    assertThat(blobs.verify("node", shorter.get(1).hash())).isEqualTo(DeltaRow.MAX_BLOB - 1);
  }

  @Test
  void storedOnesAreReusedWhicheverWayTheyArePut() {
    List<Sample> chain = chain(10, LENGTH, 3);
    store(chain);

    assertThat(store(chain.get(1), Optional.empty())).isEqualTo(new WriteTotals(0, 0, 1, LENGTH));
    assertThat(store(chain.get(2), Optional.of(chain.get(0))))
        .isEqualTo(new WriteTotals(0, 0, 1, LENGTH));
    assertThat(store(chain.get(0), Optional.of(chain.get(2))))
        .isEqualTo(new WriteTotals(0, 0, 1, LENGTH));
    assertThat(isRow(Table.BLOBS, chain.get(1).hash())).isFalse();
    requireWhole(chain);
  }

  @Test
  void puttingADifferenceTakesItsBaseOffTheCandidates() {
    List<Sample> chain = chain(11, LENGTH, 3);
    store(chain.subList(0, 2));
    Collection collection = Collection.in(backend);
    for (int put = 1; put <= 2; put++) {
      chain.subList(0, 2).forEach(each -> collection.nominate(each.hash(), 1));

      // The first is stored already, the second is new.
      store(chain.get(put), Optional.of(chain.get(put - 1)));

      assertThat(collection.isCandidate(chain.get(0).hash())).isFalse();
      assertThat(collection.isCandidate(chain.get(1).hash())).isEqualTo(put == 2);
    }
  }

  @Test
  void aBaseThatGoesBeforeTheFlushIsNoLoss() {
    List<Sample> chain = chain(12, LENGTH, 3);
    store(chain.subList(0, 2));
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(chain.get(2).hash(), chain.get(2).bytes(), chain.get(1).hash());
      writer.put(chain.get(1).hash(), chain.get(1).bytes(), chain.get(0).hash());
      Collection.in(backend).delete(chain.get(0).hash());

      writer.flush();
    }
    requireWhole(chain.subList(1, 3));
    assertThat(row(chain.get(1))).isEmpty();
    assertThat(row(chain.get(2))).isEmpty();
  }

  @Test
  void eachFlippedBitOfARowIsToldAndNamesTheBlob() {
    List<Sample> chain = chain(13, LENGTH, 2);
    store(chain);
    Sample blob = chain.get(1);
    byte[] row = row(blob.hash()).orElseThrow();
    for (int bit = 0; bit < 8 * row.length; bit++) {
      putRow(Table.DELTAS, blob.hash(), flipped(row, bit));

      assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(blob.hash().toString());
      if (bit % 50 == 0) {
        // What cannot be read is not taken for stored.
        assertThat(isMissing(blob)).isTrue();
        assertThat(store(blob, Optional.of(chain.get(0))).blobsWritten()).isEqualTo(1);
        requireWhole(chain);
      }
    }
    for (int length = 0; length < row.length; length++) {
      putRow(Table.DELTAS, blob.hash(), Arrays.copyOf(row, length));
      assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
          .isInstanceOf(CorruptDataException.class);
    }
    // A row of another blob is right only for that one.
    putRow(Table.DELTAS, chain.get(0).hash(), row);
    assertThatThrownBy(() -> backend.blobs().open(chain.get(0).hash()))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void rowThatClaimsMoreThanThereCanBeIsRefused() {
    Sample blob = Sample.of(14, LENGTH);
    for (int countAndLength :
        new int[] {
          1 << 16, LENGTH, 1 << 16 | 0xffff, 1 << 16 | DeltaRow.MAX_BLOB, Integer.MAX_VALUE
        }) {
      byte[] row = ByteBuffer.allocate(60).putInt(32, countAndLength).array();
      CRC32C crc = new CRC32C();
      crc.update(blob.hash().toBytes());
      crc.update(row, 0, 40);
      crc.update(row, 44, 16);
      putRow(
          Table.DELTAS, blob.hash(), ByteBuffer.wrap(row).putInt(40, (int) crc.getValue()).array());

      assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(blob.hash().toString());
    }
    byte[] tooLong = new byte[2 * DeltaRow.MAX_ROW];
    putRow(Table.DELTAS, blob.hash(), tooLong);
    assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(blob.hash().toString());
    assertThat(isMissing(blob)).isTrue();
    Optional<String> place = backend.store().blobs().moveAside(blob.hash(), each -> true);
    assertThat(Path.of(place.orElseThrow())).hasBinaryContent(tooLong);
    putRow(Table.DELTAS, blob.hash(), tooLong);
    assertThat(store(blob, Optional.empty()).blobsWritten()).isEqualTo(1);
    requireWhole(List.of(blob));
  }

  @Test
  void whatStandsOnADifferenceIsNotReadThroughTwo() {
    List<Sample> chain = chain(40, LENGTH, 3);
    store(chain.subList(0, 2));
    // As no writer makes it: the base of the third is a difference itself.
    Bases.Base second = Bases.Base.of(chain.get(1).hash(), array(chain.get(1)));
    DeltaRow third = DeltaRow.of(chain.get(2).hash(), array(chain.get(2)), second, 0);
    assertThat(third).isNotNull();
    putRow(Table.DELTAS, chain.get(2).hash(), third.row());
    // And two stand on each other.
    List<Sample> ring = chain(41, LENGTH, 2);
    for (int i = 0; i < 2; i++) {
      Bases.Base other = Bases.Base.of(ring.get(1 - i).hash(), array(ring.get(1 - i)));
      DeltaRow row = DeltaRow.of(ring.get(i).hash(), array(ring.get(i)), other, 0);
      assertThat(row).isNotNull();
      putRow(Table.DELTAS, ring.get(i).hash(), row.row());
    }
    for (Sample each : List.of(chain.get(2), ring.get(0), ring.get(1))) {
      assertThatThrownBy(() -> backend.blobs().open(each.hash()))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("missing");
      assertThat(isMissing(each)).isTrue();
    }
    store(chain.get(2), Optional.of(chain.get(1)));
    store(ring.get(0), Optional.of(ring.get(1)));
    requireWhole(chain);
    requireWhole(ring);
  }

  @Test
  void whatComesBackAgainAndAgainIsStoredOnceAndBearsOn() {
    List<Sample> chain = chain(42, LENGTH, 3);
    store(chain.subList(0, 2));
    for (int i = 0; i < 120; i++) {
      Sample back = chain.get(i % 2);
      assertThat(store(back, Optional.of(chain.get(1 - i % 2))).blobsWritten()).isZero();
    }
    store(chain.get(2), Optional.of(chain.get(1)));
    assertThat(row(chain.get(2)).orElseThrow().count()).isEqualTo(2);
    requireWhole(chain);
  }

  @Test
  void damagedOrMissingBaseIsToldAndBothAreNamed() {
    List<Sample> chain = chain(15, LENGTH, 2);
    store(chain);
    Sample base = chain.get(0);
    Sample blob = chain.get(1);
    Random random = new Random(15);
    for (int i = 0; i < 50; i++) {
      putRow(Table.BLOBS, base.hash(), flipped(array(base), random.nextInt(8 * base.length())));
      assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(blob.hash().toString())
          .hasMessageContaining(base.hash().toString())
          .hasMessageContaining("damaged");
    }

    Collection.in(backend).delete(base.hash());
    assertThatThrownBy(() -> backend.blobs().open(blob.hash()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(blob.hash().toString())
        .hasMessageContaining(base.hash().toString())
        .hasMessageContaining("missing");
    assertThat(isMissing(blob)).isTrue();

    // Putting either of them mends this one.
    store(base, Optional.empty());
    requireWhole(chain);
    Collection.in(backend).delete(base.hash());
    assertThat(store(blob, Optional.of(base)).bytesWritten()).isEqualTo(LENGTH);
    requireWhole(chain.subList(1, 2));
  }

  @Test
  void theHashProvesWhatIsRead() {
    List<Sample> chain = chain(16, LENGTH, 2);
    store(chain);
    // A right row that tells other bytes than the hash says, as no disk would make it.
    Bases.Base base = Bases.Base.of(chain.get(0).hash(), array(chain.get(0)));
    byte[] wrong = flipped(array(chain.get(1)), 999);
    DeltaRow row = DeltaRow.of(chain.get(1).hash(), wrong, base, 0);
    assertThat(row).isNotNull();
    putRow(Table.DELTAS, chain.get(1).hash(), row.row());

    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    assertThatThrownBy(() -> blobs.get("node", chain.get(1).hash(), LENGTH))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(Sample.of(wrong).hash().toString());
  }

  @Test
  void replacingADamagedDifferenceKeepsItAsideAndStoresItWhole() throws IOException {
    List<Sample> chain = chain(17, LENGTH, 2);
    store(chain);
    Sample blob = chain.get(1);
    byte[] damaged = flipped(row(blob.hash()).orElseThrow(), 100);
    putRow(Table.DELTAS, blob.hash(), damaged);
    LmdbBlobStore store = backend.store().blobs();

    Optional<String> place = store.replace(blob.hash(), ValueSource.of(blob.bytes()));

    assertThat(Path.of(place.orElseThrow())).hasBinaryContent(damaged);
    assertThat(row(blob.hash())).isEmpty();
    requireWhole(chain);
  }

  @Test
  void replacingABaseWithItsOwnBytesMendsAllThatStandsOnIt() {
    List<Sample> chain = chain(18, LENGTH, 10);
    store(chain);
    Sample base = chain.get(0);
    putRow(Table.BLOBS, base.hash(), flipped(array(base), 4_711));
    LmdbBlobStore store = backend.store().blobs();

    assertThat(store.replace(base.hash(), ValueSource.of(base.bytes()))).isPresent();

    requireWhole(chain);
  }

  @Test
  void aDamagedDifferenceIsTakenAwayAndOneOverADamagedBaseStays() throws IOException {
    List<Sample> chain = chain(19, LENGTH, 3);
    store(chain);
    LmdbBlobStore store = backend.store().blobs();
    assertThat(store.moveAside(chain.get(1).hash(), blob -> false)).isEmpty();
    requireWhole(chain);

    byte[] damaged = flipped(row(chain.get(1).hash()).orElseThrow(), 100);
    putRow(Table.DELTAS, chain.get(1).hash(), damaged);
    Optional<String> place = store.moveAside(chain.get(1).hash(), blob -> true);
    assertThat(Path.of(place.orElseThrow())).hasBinaryContent(damaged);
    assertThat(backend.blobs().open(chain.get(1).hash())).isEmpty();
    requireWhole(List.of(chain.get(0), chain.get(2)));

    byte[] base = flipped(array(chain.get(0)), 4_711);
    putRow(Table.BLOBS, chain.get(0).hash(), base);
    assertThat(store.moveAside(chain.get(2).hash(), blob -> true)).isEmpty();
    place = store.moveAside(chain.get(0).hash(), blob -> true);
    assertThat(Path.of(place.orElseThrow())).hasBinaryContent(base);
    assertThat(row(chain.get(2))).isPresent();
    assertThat(isMissing(chain.get(2))).isTrue();
    assertThat(store.moveAside(chain.get(2).hash(), blob -> true)).isEmpty();

    // The base's bytes bring it back.
    store(chain.get(0), Optional.empty());
    requireWhole(List.of(chain.get(0), chain.get(2)));
  }

  @Test
  void whatTheyWouldBeOverOtherBytesIsTold() {
    List<Sample> chain = chain(20, LENGTH, 2);
    store(chain);
    LmdbBlobStore store = backend.store().blobs();
    ContentHash hash = chain.get(1).hash();
    byte[] row = row(hash).orElseThrow();
    for (int bit : new int[] {0, 300, 330, 8 * row.length - 1}) {
      putRow(Table.DELTAS, hash, flipped(row, bit));

      assertThat(store.standing(hash)).contains(new Standing(chain.get(0).hash(), false));
      assertThat(store.over(hash, chain.get(0).bytes())).contains(chain.get(1).bytes());
    }
    assertThat(store.over(hash, ByteBuffer.allocate(3))).isEmpty();
    assertThat(store.standing(chain.get(0).hash())).isEmpty();
    putRow(Table.DELTAS, hash, row);
    assertThat(store.standing(hash)).contains(new Standing(chain.get(0).hash(), true));
    assertThat(store.over(chain.get(0).hash(), chain.get(0).bytes())).isEmpty();
  }

  @Test
  void scansTellThemWithTheLengthOfTheBlob() {
    List<Sample> chain = chain(21, LENGTH, 5);
    store(chain);
    Map<ContentHash, Long> seen = new TreeMap<>();

    backend.store().blobs().scan(seen::put);

    assertThat(seen).hasSize(5);
    chain.forEach(each -> assertThat(seen).containsEntry(each.hash(), (long) LENGTH));
  }

  @Test
  void aRefAndTheDifferencesItReliesOnAreOneTransaction() {
    List<Sample> chain = chain(22, LENGTH, 3);
    store(chain.subList(0, 1));
    long before = backend.store().queue().transactions();
    try (BlobWriter one = backend.blobs().writer(0);
        BlobWriter two = backend.blobs().writer(0)) {
      one.put(chain.get(1).hash(), chain.get(1).bytes(), chain.get(0).hash());
      two.put(chain.get(2).hash(), chain.get(2).bytes(), chain.get(1).hash());
      LmdbRefStore refs = backend.store().refs();

      RefOutcome outcome =
          refs.flushAndSet(
              List.of(one, two), Optional.empty(), Changes.to(MAIN, chain.get(2).hash(), 1));

      assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
      assertThat(backend.store().queue().transactions()).isEqualTo(before + 1);
    }
    assertThat(row(chain.get(2)).orElseThrow().base()).isEqualTo(chain.get(0).hash());
    requireWhole(chain);
  }

  @Test
  void aNewBaseOfAnotherWriterIsUsedOnlyWhereItIsStored() {
    List<Sample> chain = chain(23, LENGTH, 2);
    try (BlobWriter one = backend.blobs().writer(0);
        BlobWriter two = backend.blobs().writer(0)) {
      one.put(chain.get(0).hash(), chain.get(0).bytes(), ContentHash.ZERO);
      two.put(chain.get(1).hash(), chain.get(1).bytes(), chain.get(0).hash());
      two.flush();
      requireWhole(chain.subList(1, 2));
      assertThat(row(chain.get(1))).isEmpty();
      one.flush();
    }
    requireWhole(chain);
  }

  @Test
  void writersAtOnceKeepEveryBlobWhole() throws InterruptedException {
    List<Sample> start = chain(24, LENGTH, 1);
    store(start);
    Threads.together(
        4,
        index -> {
          // All begin with the same blob, two by two they make the same ones.
          List<Sample> chain = new ArrayList<>(start);
          byte[] bytes = array(start.get(0));
          for (int i = 0; i < 60; i++) {
            bytes[(i * 97 + index / 2) % LENGTH] ^= 5;
            chain.add(Sample.of(bytes.clone()));
          }
          for (int i = 1; i < chain.size(); i++) {
            try (BlobWriter writer = backend.blobs().writer(0)) {
              writer.put(chain.get(i).hash(), chain.get(i).bytes(), chain.get(i - 1).hash());
              writer.flush();
            }
          }
          requireWhole(chain);
          return null;
        });
  }

  @Test
  void repositoryWithoutDifferencesStaysSo() {
    backend.close();
    Path old = directory.resolve("old");
    LmdbSettings without = LmdbSettings.standard().withDeltas(false);
    LmdbBackend.create(old, without).close();
    for (int round = 0; round < 2; round++) {
      backend = LmdbBackend.create(old);
      assertThat(backend.keepsDeltas()).isFalse();
      assertThat(backend.keepsPacks()).isTrue();
      List<Sample> chain = chain(25 + round, LENGTH, 3);
      assertThat(store(chain).bytesWritten()).isEqualTo(3 * LENGTH);
      requireWhole(chain);
      backend.close();
      LmdbBackend.rebuild(old);
    }
    backend = LmdbBackend.open(old);
    assertThat(backend.keepsDeltas()).isFalse();
    requireWhole(chain(26, LENGTH, 3));
  }

  @Test
  void aRebuildFindsThemAgainWhateverIsLost() throws IOException {
    List<Sample> chain = chain(27, LENGTH, 120);
    store(chain);
    byte[] damagedRow = flipped(row(chain.get(5).hash()).orElseThrow(), 70);
    putRow(Table.DELTAS, chain.get(5).hash(), damagedRow);
    backend.close();
    Path data = directory.resolve("repo").resolve(LmdbLayout.DATA);
    for (int round = 0; round < 2; round++) {
      if (round == 1) {
        // Both root pages: the tables are named only by pages that nothing leads to.
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
          file.write(new byte[8192]);
        }
      }
      LmdbBackend.rebuild(directory.resolve("repo"));

      backend = LmdbBackend.open(directory.resolve("repo"));
      backend.checkStructure();
      assertThat(backend.keepsDeltas()).isTrue();
      List<Sample> others = new ArrayList<>(chain);
      others.remove(5);
      requireWhole(others);
      assertThat(row(chain.get(1))).isPresent();
      if (round == 0) {
        // It may yet be mended; or a page out of use had the right one.
        assertThat(isRow(Table.DELTAS, chain.get(5).hash())).isTrue();
      }
      backend.close();
    }
  }
}
