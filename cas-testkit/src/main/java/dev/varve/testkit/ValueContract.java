package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.VerifiedSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What {@link dev.varve.blob.BlobStore} promises for values that are streams of any length. */
public abstract class ValueContract extends ContractFixture {
  /** More than a buffer may hold. */
  private static final int LARGE = Blobs.MAX_WHOLE + 12_345;

  /** How many blobs there are where there are many. */
  protected int many() {
    return 3000;
  }

  private WriteTotals store(ContentHash hash, ValueSource source) {
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(hash, source);
      writer.flush();
      return writer.totals();
    }
  }

  private void assertStored(GeneratedSource value) {
    assertThat(
            new VerifiedBlobs(backend().blobs(), HashAlgorithm.SHA256)
                .verify("value", value.hash()))
        .isEqualTo(value.length());
    assertThat(backend().blobs().missing(Set.of(value.hash()))).isEmpty();
  }

  private void assertAbsent(ContentHash hash) {
    assertThat(backend().blobs().missing(Set.of(hash))).containsExactly(hash);
    assertThat(backend().blobs().open(hash)).isEmpty();
  }

  @Test
  void streamedValuesAreReadBack() {
    for (int length : new int[] {0, 1, 5000, Blobs.MAX_WHOLE, Blobs.MAX_WHOLE + 1, LARGE}) {
      GeneratedSource value = GeneratedSource.of(length, length);

      assertThat(store(value.hash(), value)).isEqualTo(new WriteTotals(1, length, 0, 0));

      assertStored(value);
    }
  }

  @Test
  void largeValueSurvivesReopening() {
    GeneratedSource value = GeneratedSource.of(1, LARGE);
    store(value.hash(), value);

    reopen();

    assertStored(value);
  }

  @Test
  void largeValueIsReadInParts() {
    GeneratedSource value = GeneratedSource.of(1, LARGE);
    store(value.hash(), value);

    try (StoredBlob stored = backend().blobs().open(value.hash()).orElseThrow()) {
      assertThat(stored.length()).isEqualTo(LARGE);
      ByteBuffer part = stored.read(Blobs.MAX_WHOLE - 10, 1000);
      assertThat(part.isReadOnly()).isTrue();
      assertThat(part.remaining()).isEqualTo(1000);
      for (int i = 0; i < 1000; i++) {
        assertThat(part.get(i)).isEqualTo(value.at(Blobs.MAX_WHOLE - 10L + i));
      }
      assertThat(stored.read(LARGE - 5, Blobs.MAX_READ).remaining()).isEqualTo(5);
      assertThat(stored.read(LARGE + 1, 10).remaining()).isZero();
    }
  }

  @Test
  void storedValueIsReused() {
    for (int length : new int[] {5000, LARGE}) {
      GeneratedSource value = GeneratedSource.of(length, length);
      store(value.hash(), value);

      assertThat(store(value.hash(), value)).isEqualTo(new WriteTotals(0, 0, 1, length));

      assertStored(value);
    }
  }

  @Test
  void valuePutTwiceInABatchIsStoredOnce() {
    GeneratedSource value = GeneratedSource.of(1, LARGE);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(value.hash(), value);
      writer.put(value.hash(), value);
      writer.flush();

      assertThat(writer.totals()).isEqualTo(new WriteTotals(1, LARGE, 1, LARGE));
    }
    assertStored(value);
  }

  @Test
  void verifiedSourceOfTheRightBytesIsStored() {
    GeneratedSource value = GeneratedSource.of(1, LARGE);

    store(value.hash(), new VerifiedSource(value.hash(), HashAlgorithm.SHA256, value));

    assertStored(value);
  }

  @Test
  void failingSourceLeavesNothing() {
    for (int length : new int[] {5000, LARGE}) {
      GeneratedSource good = GeneratedSource.of(length, length);
      GeneratedSource other = GeneratedSource.of(length + 1, length);
      List<ValueSource> failing =
          List.of(
              good.breakingAfter(0),
              good.breakingAfter(length / 2),
              good.breakingAfter(length),
              new VerifiedSource(good.hash(), HashAlgorithm.SHA256, other),
              new VerifiedSource(good.hash(), HashAlgorithm.SHA256, good.endingAfter(length - 1)));
      for (ValueSource each : failing) {
        assertThatThrownBy(() -> store(good.hash(), each)).isInstanceOf(StoreException.class);

        assertAbsent(good.hash());
      }
      reopen();
      assertAbsent(good.hash());

      store(good.hash(), good);
      assertStored(good);
    }
  }

  @Test
  void sourceThatGoesOnBeyondItsLengthIsRefusedThere() {
    for (int length : new int[] {5000, LARGE}) {
      GeneratedSource good = GeneratedSource.of(length, length);
      EndlessSource endless = new EndlessSource(length);

      assertThatThrownBy(() -> store(good.hash(), endless)).isInstanceOf(StoreException.class);

      assertThat(endless.given()).isLessThan(length + (8L << 20));
      assertAbsent(good.hash());
    }
  }

  @Test
  void failingSourceLeavesWhatWasFlushedBefore() {
    Sample before = Sample.of(1, 1000);
    GeneratedSource value = GeneratedSource.of(2, LARGE);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(before.hash(), before.bytes());
      writer.flush();
      assertThatThrownBy(() -> writer.put(value.hash(), value.breakingAfter(100)))
          .isInstanceOf(StoreException.class);
    }

    assertThat(backend().blobs().missing(List.of(before.hash(), value.hash())))
        .containsExactly(value.hash());
  }

  @Test
  void scanTellsEveryBlobInOrderOfHash() {
    Assumptions.assumeTrue(
        backend().blobs() instanceof ScannableBlobs, "this store cannot tell what it holds");
    Map<ContentHash, Long> stored = new TreeMap<>();
    try (BlobWriter writer = backend().blobs().writer(0)) {
      for (int i = 0; i < many(); i++) {
        Sample blob = Sample.of(i, i % 50);
        writer.put(blob.hash(), blob.bytes());
        stored.put(blob.hash(), (long) blob.length());
      }
      for (int i = 0; i < 2; i++) {
        GeneratedSource value = GeneratedSource.of(i, LARGE + i);
        writer.put(value.hash(), value);
        stored.put(value.hash(), value.length());
      }
      writer.flush();
    }

    List<ContentHash> order = new ArrayList<>();
    Map<ContentHash, Long> seen = new TreeMap<>();
    ScannableBlobs scannable = (ScannableBlobs) backend().blobs();
    scannable.scan(
        (hash, length) -> {
          order.add(hash);
          seen.put(hash, length);
          if (order.size() % 1000 == 1) {
            // The consumer may call the store, and write to it.
            assertThat(backend().blobs().missing(Set.of(hash))).isEmpty();
            Sample low = Sample.of(-order.size(), 20);
            store(low.hash(), ValueSource.of(low.bytes()));
          }
        });

    assertThat(order).isSorted();
    assertThat(seen).containsAllEntriesOf(stored);
  }
}
