package dev.varve.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A caller's buffer is the caller's again once the writer was closed. */
class CallersBufferTest {
  private static final S3Layout LAYOUT = new S3Layout("repo/");

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  @Test
  void aValueUnderWayIsStoredAsItWasPutThoughItsBufferIsUsedAgain() throws Exception {
    MemoryBucket bucket = new MemoryBucket();
    byte[] bytes = "a value".getBytes(UTF_8);
    ContentHash hash = HashAlgorithm.SHA256.hash(bytes);

    try (S3Backend backend = new S3Backend(slow(bucket), LAYOUT, MemoryFactory.SETTINGS)) {
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(hash, ByteBuffer.wrap(bytes));
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
      }
      Arrays.fill(bytes, (byte) 0);
      goOn.countDown();
      assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
    }

    assertThat(bucket.get(LAYOUT.blob(hash), 0, 100))
        .hasValueSatisfying(
            piece ->
                assertThat(piece.bytes()).isEqualTo(ByteBuffer.wrap("a value".getBytes(UTF_8))));
  }

  private Bucket slow(Bucket inner) {
    return new ForwardingBucket(inner) {
      @Override
      public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
        begun.countDown();
        try {
          assertThat(goOn.await(1, TimeUnit.MINUTES)).isTrue();
          super.create(key, bytes, sha256);
        } catch (InterruptedException stopped) {
          throw new IllegalStateException(stopped);
        } finally {
          ended.countDown();
        }
      }
    };
  }
}
