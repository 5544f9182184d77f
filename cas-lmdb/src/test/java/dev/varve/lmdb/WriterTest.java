package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Sample;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a writer of this driver does beyond the contract. */
class WriterTest {
  @TempDir Path directory;
  private LmdbBackend backend;

  @BeforeEach
  void create() {
    backend =
        LmdbBackend.create(
            directory.resolve("repo"), LmdbSettings.standard().withGroupBytes(250_000));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void writesByItselfWhenItHoldsAGroup() {
    List<ContentHash> put = new ArrayList<>();
    try (BlobWriter writer = backend.blobs().writer(0)) {
      long before = backend.store().queue().transactions();
      for (int i = 0; i < 25; i++) {
        Sample blob = Sample.of(i, 25_000);
        writer.put(blob.hash(), blob.bytes());
        put.add(blob.hash());
      }

      // Ten to a group; the last five wait for the flush.
      assertThat(backend.store().queue().transactions() - before).isEqualTo(2);
      assertThat(backend.blobs().missing(put)).hasSize(5);
      writer.flush();
      assertThat(writer.totals()).isEqualTo(new WriteTotals(25, 625_000, 0, 0));
    }
    assertThat(backend.blobs().missing(put)).isEmpty();
  }

  @Test
  void writesPlacesInPacksByItselfAfterFourGroups() {
    List<ContentHash> put = new ArrayList<>();
    try (BlobWriter writer = backend.blobs().writer(0)) {
      long before = backend.store().queue().transactions();
      for (int i = 0; i < 19; i++) {
        Sample blob = Sample.of(i, 100_000);
        writer.put(blob.hash(), blob.bytes());
        put.add(blob.hash());
      }

      // Three to a group. With the sixth four are placed, and all six are written.
      assertThat(backend.store().queue().transactions() - before).isEqualTo(1);
      assertThat(backend.blobs().missing(put)).hasSize(1);
      writer.flush();
      assertThat(writer.totals()).isEqualTo(new WriteTotals(19, 1_900_000, 0, 0));
    }
    assertThat(backend.blobs().missing(put)).isEmpty();
  }

  @Test
  void writesByItselfWhenItHoldsManyFiles() {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      List<ContentHash> put = new ArrayList<>();
      for (int i = 0; i < 17; i++) {
        // A hash that is not theirs saves computing it; the driver does not look.
        ContentHash hash = new ContentHash(1, 2, 3, i);
        writer.put(hash, GeneratedSource.of(i, Blobs.MAX_WHOLE + 1));
        put.add(hash);
      }

      assertThat(backend.blobs().missing(put)).containsExactly(put.get(16));
    }
  }

  @Test
  void refusesWhatIsTooLongForABuffer() {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      assertThatThrownBy(
              () -> writer.put(ContentHash.ZERO, ByteBuffer.allocate(Blobs.MAX_WHOLE + 1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> writer.put(ContentHash.ZERO, GeneratedSource.of(1, Blobs.MAX_VALUE + 1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesUseAfterItsEnd() {
    BlobWriter writer = backend.blobs().writer(0);
    Sample blob = Sample.of(1, 10);
    writer.close();

    assertThatThrownBy(() -> writer.put(blob.hash(), blob.bytes()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(writer::flush).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void handlesRefuseImpossibleRanges() {
    for (int length : new int[] {10, 100_000}) {
      Sample blob = Sample.of(length, length);
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(blob.hash(), blob.bytes());
        writer.flush();
      }
      try (StoredBlob stored = backend.blobs().open(blob.hash()).orElseThrow()) {
        assertThatThrownBy(() -> stored.read(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stored.read(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stored.read(0, Blobs.MAX_READ + 1))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }
}
