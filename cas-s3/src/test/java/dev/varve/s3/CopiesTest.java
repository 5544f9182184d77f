package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A blob's copies, which collections will make: readers know them from the first version on. */
class CopiesTest {
  private final MemoryBucket bucket = new MemoryBucket();
  private final S3Layout layout = new S3Layout("p/");
  private final S3Backend backend = new S3Backend(bucket, layout, MemoryFactory.SETTINGS);
  private final VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
  private final Sample blob = Sample.of(1, 5000);
  private byte[] whole = new byte[0];

  @BeforeEach
  void store() {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      writer.flush();
    }
    whole = bucket.take(layout.blob(blob.hash()));
  }

  private void place(int epoch, byte[] bytes) {
    bucket.place(layout.copies(blob.hash()) + String.format("%016x", epoch), bytes);
  }

  private byte[] flipped(int at) {
    byte[] flipped = whole.clone();
    flipped[at] ^= 4;
    return flipped;
  }

  private void requireReadable() throws IOException {
    assertThat(blobs.get("blob", blob.hash(), 5000)).isEqualTo(blob.bytes());
    assertThat(blobs.verify("blob", blob.hash())).isEqualTo(5000);
    assertThat(blobs.range("blob", blob.hash(), 5000, 4000, 10))
        .isEqualTo(ByteBuffer.wrap(Arrays.copyOfRange(whole, 4000, 4010)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(blobs.copy("blob", blob.hash(), out)).isEqualTo(5000);
    assertThat(out.toByteArray()).isEqualTo(whole);
  }

  @ParameterizedTest
  @ValueSource(strings = {"absent", "flipped", "cut", "longer", "emptied"})
  void copyIsReadWhereThePlainNameHasNotTheBytes(String plain) throws IOException {
    String key = layout.blob(blob.hash());
    place(1, whole);
    place(2, flipped(17));
    place(3, Arrays.copyOf(whole, 100));
    switch (plain) {
      case "flipped" -> bucket.place(key, flipped(4999));
      case "cut" -> bucket.place(key, Arrays.copyOf(whole, 4999));
      case "longer" -> bucket.place(key, Arrays.copyOf(whole, 5001));
      case "emptied" -> bucket.place(key, new byte[0]);
      default -> {
        // It was taken.
      }
    }
    requireReadable();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void damageEverywhereIsToldOfThePlainName(int copies) {
    bucket.place(layout.blob(blob.hash()), flipped(0));
    for (int epoch = 1; epoch <= copies; epoch++) {
      place(epoch, flipped(epoch));
    }
    String actual = HashAlgorithm.SHA256.hash(flipped(0)).toString();
    assertThatThrownBy(() -> blobs.get("blob", blob.hash(), 5000))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(actual);
    assertThatThrownBy(() -> blobs.verify("blob", blob.hash()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(actual);
    assertThatThrownBy(() -> blobs.range("blob", blob.hash(), 5000, 10, 1))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(actual);
    assertThatThrownBy(() -> blobs.copy("blob", blob.hash(), new ByteArrayOutputStream()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(actual);
  }
}
