package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobReader;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What {@link dev.varve.blob.BlobStore} and its reader and writer promise for blobs that are
 * buffers. {@link ValueContract} goes on with values that are streams, {@link BlobThreadsContract}
 * with several threads.
 */
public abstract class BlobStoreContract extends ContractFixture {
  private void store(Sample... blobs) {
    try (BlobWriter writer = backend().blobs().writer(0)) {
      for (Sample each : blobs) {
        writer.put(each.hash(), each.bytes());
      }
      writer.flush();
    }
  }

  private ByteBuffer load(ContentHash hash) {
    try (StoredBlob blob = backend().blobs().open(hash).orElseThrow()) {
      return blob.read(0, (int) blob.length());
    }
  }

  @Test
  void openIsEmptyForAHashUnderWhichNothingIsStored() {
    store(Sample.of(1, 10));

    assertThat(backend().blobs().open(Sample.of(2, 10).hash())).isEmpty();
  }

  @Test
  void missingNamesWhatIsNotStored() {
    Sample here = Sample.of(1, 10);
    Sample absent = Sample.of(2, 10);
    store(here);

    BlobReader reader = backend().blobs();

    assertThat(reader.missing(List.of(here.hash(), absent.hash(), absent.hash(), here.hash())))
        .containsExactly(absent.hash());
    assertThat(reader.missing(List.of())).isEmpty();
  }

  @Test
  void flushedBlobsOfAllSizesAreReadAsTheyWerePut() {
    int[] lengths = {0, 1, 2, 100, 2000, 4096, 4097, 65535, 65536, 65537, 1 << 20, Blobs.MAX_WHOLE};
    for (int length : lengths) {
      Sample blob = Sample.of(length, length);
      store(blob);

      try (StoredBlob stored = backend().blobs().open(blob.hash()).orElseThrow()) {
        assertThat(stored.length()).isEqualTo(length);
        assertThat(stored.read(0, length)).isEqualTo(blob.bytes());
      }
    }
  }

  @Test
  void emptyBlobIsABlob() {
    Sample empty = Sample.of(new byte[0]);
    assertThat(backend().blobs().open(empty.hash())).isEmpty();

    store(empty);

    assertThat(load(empty.hash()).remaining()).isZero();
    assertThat(backend().blobs().missing(Set.of(empty.hash()))).isEmpty();
  }

  @Test
  void flushedBlobsSurviveReopening() {
    Sample small = Sample.of(1, 700);
    Sample large = Sample.of(2, 3 << 20);
    store(small, large);

    reopen();

    assertThat(load(small.hash())).isEqualTo(small.bytes());
    assertThat(load(large.hash())).isEqualTo(large.bytes());
  }

  @Test
  void oneWriterFlushesSeveralTimes() {
    try (BlobWriter writer = backend().blobs().writer(0)) {
      for (int i = 0; i < 5; i++) {
        Sample blob = Sample.of(i, 1000);
        writer.put(blob.hash(), blob.bytes());
        writer.flush();

        assertThat(load(blob.hash())).isEqualTo(blob.bytes());
      }
      assertThat(writer.totals()).isEqualTo(new WriteTotals(5, 5000, 0, 0));
    }
  }

  @Test
  void evidenceIsGoodToTheEpochAfterTheWriters() {
    for (long epoch : new long[] {0, 7}) {
      try (BlobWriter writer = backend().blobs().writer(epoch)) {
        assertThat(writer.flush()).isEqualTo(new Evidence(epoch + 1));
        Sample blob = Sample.of(epoch, 10);
        writer.put(blob.hash(), blob.bytes());
        assertThat(writer.flush()).isEqualTo(new Evidence(epoch + 1));
      }
    }
  }

  @Test
  void putTwiceInABatchStoresOnce() {
    Sample blob = Sample.of(1, 1000);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      writer.put(blob.hash(), blob.bytes());
      writer.flush();

      assertThat(writer.totals()).isEqualTo(new WriteTotals(1, 1000, 1, 1000));
    }
    assertThat(load(blob.hash())).isEqualTo(blob.bytes());
  }

  @Test
  void putOfWhatIsStoredIsCountedAsReused() {
    Sample old = Sample.of(1, 1000);
    Sample fresh = Sample.of(2, 300);
    store(old);

    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(old.hash(), old.bytes());
      writer.put(fresh.hash(), fresh.bytes());
      writer.flush();

      assertThat(writer.totals()).isEqualTo(new WriteTotals(1, 300, 1, 1000));
    }
  }

  @Test
  void putNeverOverwrites() {
    Sample blob = Sample.of(1, 1000);
    store(blob);

    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(blob.hash(), Sample.of(2, 1000).bytes());
      writer.flush();
    }

    assertThat(load(blob.hash())).isEqualTo(blob.bytes());
  }

  @Test
  void putTakesTheRemainingBytesOfAnyKindOfBufferAndLeavesItsPosition() {
    Sample blob = Sample.of(1, 200_000);
    byte[] around = new byte[blob.length() + 20];
    blob.bytes().get(around, 7, blob.length());
    ByteBuffer heap = ByteBuffer.wrap(around).position(7).limit(7 + blob.length());
    ByteBuffer direct =
        ByteBuffer.allocateDirect(around.length).put(around).position(7).limit(7 + blob.length());
    for (ByteBuffer each :
        List.of(heap, heap.slice(), heap.asReadOnlyBuffer(), direct, direct.asReadOnlyBuffer())) {
      int position = each.position();
      int limit = each.limit();
      Sample tail = Sample.of(position, 10);
      ContentHash name =
          new ContentHash(1, limit, position, each.isDirect() ? 1 : each.hasArray() ? 2 : 3);
      try (BlobWriter writer = backend().blobs().writer(0)) {
        writer.put(name, each);
        writer.put(tail.hash(), tail.bytes());
        writer.flush();
      }

      assertThat(each.position()).isEqualTo(position);
      assertThat(each.limit()).isEqualTo(limit);
      assertThat(load(name)).isEqualTo(blob.bytes());
    }
  }

  @Test
  void readsArePositionalAndCutAtTheEnd() {
    for (int length : new int[] {100, 300_000}) {
      Sample blob = Sample.of(length, length);
      store(blob);
      try (StoredBlob stored = backend().blobs().open(blob.hash()).orElseThrow()) {
        assertThat(stored.read(10, 20)).isEqualTo(blob.bytes().slice(10, 20));
        assertThat(stored.read(0, 1)).isEqualTo(blob.bytes().slice(0, 1));
        assertThat(stored.read(length - 5, 50)).isEqualTo(blob.bytes().slice(length - 5, 5));
        assertThat(stored.read(3, Blobs.MAX_READ)).isEqualTo(blob.bytes().slice(3, length - 3));
        assertThat(stored.read(7, 0).remaining()).isZero();
        assertThat(stored.read(length, 10).remaining()).isZero();
        assertThat(stored.read(length + 10L, 10).remaining()).isZero();
        assertThat(stored.read(1L << 40, 10).remaining()).isZero();
      }
    }
  }

  @Test
  void partsAreCopiedIntoMemoryOfAnyKind() {
    for (int length : new int[] {100, 300_000}) {
      Sample blob = Sample.of(length, length);
      store(blob);
      for (ByteBuffer memory :
          new ByteBuffer[] {ByteBuffer.allocate(90), ByteBuffer.allocateDirect(90)}) {
        memory.position(10).limit(60);
        assertThat(backend().blobs().read(blob.hash(), 7, memory)).isEqualTo(50);
        assertThat(memory.position()).isEqualTo(10);
        assertThat(memory).isEqualTo(blob.bytes().slice(7, 50));
        assertThat(memory.get(9)).isZero();
        assertThat(memory.clear().get(60)).isZero();

        assertThat(backend().blobs().read(blob.hash(), length - 5L, memory)).isEqualTo(5);
        assertThat(memory.slice(0, 5)).isEqualTo(blob.bytes().slice(length - 5, 5));
        assertThat(backend().blobs().read(blob.hash(), length, memory)).isZero();
        assertThat(backend().blobs().read(Sample.of(length + 1L, 9).hash(), 0, memory))
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void buffersAreReadOnlyAndOutliveTheHandleAndTheBackend() {
    Sample small = Sample.of(1, 100);
    Sample large = Sample.of(2, 300_000);
    store(small, large);
    ByteBuffer first = load(small.hash());
    ByteBuffer second = load(large.hash());

    reopen();

    assertThat(first.isReadOnly()).isTrue();
    assertThatThrownBy(() -> second.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    assertThat(first).isEqualTo(small.bytes());
    assertThat(second).isEqualTo(large.bytes());
    assertThat(second.position()).isZero();
  }

  @Test
  void handleStaysReadableWhateverIsWrittenMeanwhile() {
    Sample small = Sample.of(1, 100);
    Sample large = Sample.of(2, 300_000);
    store(small, large);
    try (StoredBlob one = backend().blobs().open(small.hash()).orElseThrow();
        StoredBlob two = backend().blobs().open(large.hash()).orElseThrow()) {
      ByteBuffer begin = two.read(0, 1000);
      for (int i = 0; i < 40; i++) {
        store(Sample.of(100 + i, 50_000), large);
      }
      assertThat(one.read(0, 100)).isEqualTo(small.bytes());
      assertThat(two.read(0, 300_000)).isEqualTo(large.bytes());
      assertThat(begin).isEqualTo(large.bytes().slice(0, 1000));
    }
  }

  @Test
  void closingAHandleTwiceIsHarmless() {
    Sample blob = Sample.of(1, 300_000);
    store(blob);

    StoredBlob stored = backend().blobs().open(blob.hash()).orElseThrow();
    stored.close();
    stored.close();

    assertThat(load(blob.hash())).isEqualTo(blob.bytes());
  }

  @Test
  void closedWriterLeavesWhatItFlushed() {
    Sample flushed = Sample.of(1, 1000);
    Sample dropped = Sample.of(2, 1000);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(flushed.hash(), flushed.bytes());
      writer.flush();
      writer.put(dropped.hash(), dropped.bytes());
    }

    assertThat(load(flushed.hash())).isEqualTo(flushed.bytes());
    // Whether the other is stored is not promised; if it is, it is whole.
    backend().blobs().open(dropped.hash()).ifPresent(StoredBlob::close);
    if (backend().blobs().missing(Set.of(dropped.hash())).isEmpty()) {
      assertThat(load(dropped.hash())).isEqualTo(dropped.bytes());
    }
  }
}
