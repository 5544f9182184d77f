package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers beside a collection: what they put is saved from it, whenever it comes. */
class CandidatesTest {
  private final Sample small = Sample.of(1, 1000);
  private final Sample packed = Sample.of(4, 100_000);
  private final GeneratedSource large = GeneratedSource.of(2, 2L * Blobs.MAX_WHOLE);
  private final ContentHash largeHash = large.hash();

  @TempDir Path directory;
  private LmdbBackend backend;
  private Collection collection;

  @BeforeEach
  void create() {
    backend =
        LmdbBackend.create(directory.resolve("repo"), LmdbSettings.standard().withPackLeast(0));
    collection = Collection.in(backend);
    put();
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private WriteTotals put() {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(small.hash(), small.bytes());
      writer.put(packed.hash(), packed.bytes());
      writer.put(largeHash, large);
      writer.flush();
      return writer.totals();
    }
  }

  private void assertStored() {
    assertThat(backend.blobs().missing(List.of(small.hash(), packed.hash(), largeHash))).isEmpty();
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    assertThat(blobs.verify("value", packed.hash())).isEqualTo(packed.length());
    assertThat(blobs.verify("value", largeHash)).isEqualTo(large.length());
  }

  @Test
  void putTakesWhatIsStoredOffTheCandidates() {
    collection.nominate(small.hash(), 1);
    collection.nominate(packed.hash(), 1);
    collection.nominate(largeHash, 1);

    assertThat(put()).isEqualTo(new WriteTotals(0, 0, 3, 101_000 + large.length()));

    assertThat(collection.isCandidate(small.hash())).isFalse();
    assertThat(collection.isCandidate(packed.hash())).isFalse();
    assertThat(collection.isCandidate(largeHash)).isFalse();
  }

  @Test
  void blobNotPutStaysACandidate() {
    Sample other = Sample.of(3, 10);
    collection.nominate(other.hash(), 1);

    put();

    assertThat(collection.isCandidate(other.hash())).isTrue();
  }

  @Test
  void whatIsCollectedBetweenPutAndFlushIsStoredAgain() throws Exception {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(small.hash(), small.bytes());
      writer.put(packed.hash(), packed.bytes());
      writer.put(largeHash, large);
      collection.delete(small.hash());
      collection.delete(packed.hash());
      collection.delete(largeHash);
      Files.delete(LmdbLayout.valueFile(directory.resolve("repo"), largeHash));

      writer.flush();

      assertThat(writer.totals()).isEqualTo(new WriteTotals(3, 101_000 + large.length(), 0, 0));
    }
    assertStored();
  }
}
