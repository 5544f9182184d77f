package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage is what readers see, and what they find. */
class DamagedBackendTest {
  private final MemoryBackend memory = new MemoryBackend();
  private final DamagedBackend damaged = new DamagedBackend(memory);
  private final VerifiedBlobs reader = new VerifiedBlobs(damaged.blobs(), HashAlgorithm.SHA256);
  private final Sample one = Sample.of(1, 100);
  private final Sample two = Sample.of(2, 100);

  @BeforeEach
  void store() {
    try (BlobWriter writer = damaged.blobs().writer(0)) {
      writer.put(one.hash(), one.bytes());
      writer.put(two.hash(), two.bytes());
      writer.flush();
    }
  }

  private void assertDamaged(Sample blob) {
    assertThatThrownBy(() -> reader.get("blob", blob.hash(), 200))
        .isInstanceOf(CorruptDataException.class);
  }

  private void assertWhole(Sample blob) {
    assertThat(reader.get("blob", blob.hash(), 200)).isEqualTo(blob.bytes());
  }

  @Test
  void flippedBitIsFoundAndOnlyThere() {
    for (long bit : new long[] {0, 7, 400, 799}) {
      damaged.flip(one.hash(), bit);
      assertDamaged(one);
      assertWhole(two);
      damaged.restore();
    }
    assertWhole(one);
  }

  @Test
  void bitFlippedTwiceIsWholeAgain() {
    damaged.flip(one.hash(), 5);
    damaged.flip(one.hash(), 5);

    assertWhole(one);
  }

  @Test
  void cutBlobIsFound() {
    damaged.cut(one.hash(), 99);

    assertDamaged(one);
  }

  @Test
  void swappedBlobsAreFound() {
    damaged.swap(one.hash(), two.hash());

    assertDamaged(one);
    assertDamaged(two);
  }

  @Test
  void replacedBlobIsFound() {
    damaged.replace(one.hash(), two.bytes());

    assertDamaged(one);
    assertWhole(two);
  }

  @Test
  void deletedBlobIsMissing() {
    damaged.delete(one.hash());

    assertThat(damaged.blobs().missing(List.of(one.hash(), two.hash())))
        .containsExactly(one.hash());
    assertThatThrownBy(() -> reader.get("blob", one.hash(), 200))
        .isInstanceOf(MissingBlobException.class);
    assertThat(memory.contents()).containsKey(one.hash());
  }
}
