package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.testkit.Sample;
import dev.varve.testkit.Threads;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The map grows by itself, under readers too. */
class MapGrowthTest {
  private static final int TINY = 1 << 17;
  private static final int BLOBS = 300;
  private static final int LENGTH = 200_000;

  @TempDir Path directory;

  @Test
  void mapGrowsWhileThreadsRead() throws InterruptedException {
    LmdbSettings tiny =
        LmdbSettings.standard().withInitialMap(TINY).withGroupBytes(1 << 20).withPacks(false);
    try (LmdbBackend backend = LmdbBackend.create(directory.resolve("repo"), tiny)) {
      AtomicInteger stored = new AtomicInteger();
      AtomicBoolean ended = new AtomicBoolean();
      Threads.together(
          4,
          index -> {
            if (index == 0) {
              try (BlobWriter writer = backend.blobs().writer(0)) {
                for (int i = 0; i < BLOBS; i++) {
                  Sample blob = Sample.of(i, LENGTH);
                  writer.put(blob.hash(), blob.bytes());
                  writer.flush();
                  stored.incrementAndGet();
                }
              } finally {
                ended.set(true);
              }
            } else {
              for (int i = index; !ended.get(); i++) {
                int there = stored.get();
                if (there > 0) {
                  read(backend, Sample.of(i % there, LENGTH));
                }
              }
            }
            return index;
          });

      assertThat(stored).hasValue(BLOBS);
      assertThat(backend.store().environment().mapSize()).isGreaterThan((long) BLOBS * LENGTH);
      for (int i = 0; i < BLOBS; i++) {
        read(backend, Sample.of(i, LENGTH));
      }
    }
  }

  private static void read(LmdbBackend backend, Sample blob) {
    try (StoredBlob stored = backend.blobs().open(blob.hash()).orElseThrow()) {
      // Two reads: the map may move between them.
      assertThat(stored.read(0, 1000)).isEqualTo(blob.bytes().slice(0, 1000));
      assertThat(stored.read(1000, LENGTH)).isEqualTo(blob.bytes().slice(1000, LENGTH - 1000));
    }
  }

  @Test
  void oneBlobLargerThanTheMapIsStored() {
    try (LmdbBackend backend =
            LmdbBackend.create(
                directory.resolve("repo"),
                LmdbSettings.standard().withInitialMap(TINY).withPacks(false));
        BlobWriter writer = backend.blobs().writer(0)) {
      Sample blob = Sample.of(1, 50 * TINY);

      writer.put(blob.hash(), blob.bytes());
      writer.flush();

      try (StoredBlob stored = backend.blobs().open(blob.hash()).orElseThrow()) {
        assertThat(stored.read(0, blob.length())).isEqualTo(blob.bytes());
      }
    }
  }
}
