package dev.varve.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.GeneratedSource;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an upload that broke off in the middle of the program did not store is not relied on. */
class NoMemoryTest {
  private static final S3Layout LAYOUT = new S3Layout("r/");

  @Test
  void aBlobThatFoundNoMemoryFailsTheFlush() {
    Bucket poor =
        new ForwardingBucket(new MemoryBucket()) {
          @Override
          public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
            throw new OutOfMemoryError("none left, says the test");
          }
        };
    byte[] bytes = "a value".getBytes(UTF_8);
    try (S3Backend backend = new S3Backend(poor, LAYOUT, MemoryFactory.SETTINGS);
        BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(HashAlgorithm.SHA256.hash(bytes), ByteBuffer.wrap(bytes));

      assertThatThrownBy(writer::flush)
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("none left");
    }
  }

  @Test
  void aValueOfWhichAPartFoundNoMemoryIsNotJoined() {
    MemoryBucket bucket = new MemoryBucket();
    Bucket poor =
        new ForwardingBucket(bucket) {
          @Override
          public Part putPart(String key, String upload, int number, byte[] bytes) {
            if (number == 2) {
              throw new OutOfMemoryError("none left, says the test");
            }
            return super.putPart(key, upload, number, bytes);
          }
        };
    GeneratedSource value = GeneratedSource.of(1, 40L << 20);
    try (S3Backend backend = new S3Backend(poor, LAYOUT, MemoryFactory.SETTINGS);
        BlobWriter writer = backend.blobs().writer(0)) {
      assertThatThrownBy(
              () -> {
                writer.put(value.hash(), value);
                writer.flush();
              })
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("none left");
    }
    assertThat(bucket.keys()).isEmpty();
  }
}
