package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.VerifiedSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Sample;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are files beside the environment. */
class LargeValueTest {
  private static final long LENGTH = 2L * Blobs.MAX_WHOLE;

  @TempDir Path directory;

  private Path repo() {
    return directory.resolve("repo");
  }

  /** Stores and reads back a value many times the heap. */
  static final class Stream32 {
    private Stream32() {}

    public static void main(String[] args) {
      GeneratedSource value = GeneratedSource.of(1, 400L << 20);
      ContentHash hash = value.hash();
      try (LmdbBackend backend = LmdbBackend.create(Path.of(args[0]))) {
        try (BlobWriter writer = backend.blobs().writer(0)) {
          writer.put(hash, new VerifiedSource(hash, HashAlgorithm.SHA256, value));
          writer.flush();
        }
        VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
        System.out.println("verified " + blobs.verify("value", hash));
      }
    }
  }

  @Test
  void valueOf400MiBPassesThroughAHeapOf32() throws Exception {
    try (Fork fork = Fork.start(32, Stream32.class, repo())) {
      assertThat(fork.await("verified")).isEqualTo("verified " + (400L << 20));
    }
  }

  private static WriteTotals store(LmdbBackend backend, GeneratedSource value) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(value.hash(), value);
      writer.flush();
      return writer.totals();
    }
  }

  private static long verify(LmdbBackend backend, ContentHash hash) {
    return new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256).verify("value", hash);
  }

  @Test
  void valueLiesInAFileNamedByItsHash() throws Exception {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      store(backend, value);
    }

    String hex = value.hash().toString();
    Path file = repo().resolve("values").resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    assertThat(HashAlgorithm.SHA256.hash(Files.readAllBytes(file))).isEqualTo(value.hash());
  }

  @Test
  void valueIsNotVisibleBeforeTheFlushAndLeavesNothingWhenDropped() throws Exception {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(value.hash(), value);
        assertThat(backend.blobs().open(value.hash())).isEmpty();
      }
      assertThat(backend.blobs().missing(Set.of(value.hash()))).containsExactly(value.hash());
    }
    try (Stream<Path> left = Files.list(LmdbLayout.incoming(repo()))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void lostFileIsAMissingBlobAndIsStoredAnew() throws Exception {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      store(backend, value);
      Files.delete(LmdbLayout.valueFile(repo(), value.hash()));

      assertThat(backend.blobs().open(value.hash())).isEmpty();
      assertThat(backend.blobs().missing(Set.of(value.hash()))).containsExactly(value.hash());

      assertThat(store(backend, value)).isEqualTo(new WriteTotals(1, LENGTH, 0, 0));
      assertThat(verify(backend, value.hash())).isEqualTo(LENGTH);
    }
  }

  @Test
  void fileWithoutARowIsReplaced() throws Exception {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    Path file = LmdbLayout.valueFile(repo(), value.hash());
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[] {1, 2, 3});
      assertThat(backend.blobs().open(value.hash())).isEmpty();

      store(backend, value);

      assertThat(verify(backend, value.hash())).isEqualTo(LENGTH);
    }
  }

  @Test
  void cutFileIsReadAsFarAsItGoes() throws Exception {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    try (LmdbBackend backend = LmdbBackend.create(repo())) {
      store(backend, value);
      try (RandomAccessFile file =
          new RandomAccessFile(LmdbLayout.valueFile(repo(), value.hash()).toFile(), "rw")) {
        file.setLength(1000);
      }

      assertThat(backend.blobs().open(value.hash()).orElseThrow().length()).isEqualTo(1000);
      assertThatThrownBy(() -> verify(backend, value.hash())).hasMessageContaining("hash");
    }
  }

  @Test
  void sourceThatFailsEndsTheWriter() {
    GeneratedSource value = GeneratedSource.of(1, LENGTH);
    Sample small = Sample.of(1, 10);
    try (LmdbBackend backend = LmdbBackend.create(repo());
        BlobWriter writer = backend.blobs().writer(0)) {
      assertThatThrownBy(() -> writer.put(value.hash(), value.breakingAfter(LENGTH / 2)))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("generated value 1")
          .hasMessageContaining("broke");

      assertThatThrownBy(() -> writer.put(small.hash(), small.bytes()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("earlier call of this writer failed");
      assertThatThrownBy(writer::flush).isInstanceOf(BackendException.class);
    }
  }
}
