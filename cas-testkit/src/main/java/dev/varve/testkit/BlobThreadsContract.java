package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.error.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@link dev.varve.blob.BlobStore} promises to several threads. */
public abstract class BlobThreadsContract extends ContractFixture {
  private static final int THREADS = 8;

  /** How many blobs each thread writes. */
  protected int each() {
    return 60;
  }

  private void assertWhole(Sample blob) {
    try (StoredBlob stored = backend().blobs().open(blob.hash()).orElseThrow()) {
      assertThat(stored.read(0, (int) stored.length())).isEqualTo(blob.bytes());
    }
  }

  private void store(Sample blob) {
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      writer.flush();
    }
  }

  @Test
  void manyThreadsWriteTheSameAndDifferentBlobs() throws InterruptedException {
    List<List<Sample>> written =
        Threads.together(
            THREADS,
            index -> {
              List<Sample> mine = new ArrayList<>();
              for (int i = 0; i < each(); i++) {
                // Every second blob is everybody's.
                Sample blob =
                    Sample.of(i % 2 == 0 ? i : 1000L * (index + 1) + i, 100 + 997 * (i % 40));
                store(blob);
                assertWhole(blob);
                mine.add(blob);
              }
              return mine;
            });

    reopen();
    written.forEach(mine -> mine.forEach(this::assertWhole));
  }

  @Test
  void readersSeeBlobsWholeOrNotAtAllWhileTheyAreWritten() throws InterruptedException {
    List<Sample> blobs = new ArrayList<>();
    for (int i = 0; i < each(); i++) {
      blobs.add(Sample.of(i, 40_000 + i));
    }
    Threads.together(
        THREADS,
        index -> {
          for (Sample each : blobs) {
            if (index < 2) {
              store(each);
            } else {
              backend()
                  .blobs()
                  .open(each.hash())
                  .ifPresent(
                      stored -> {
                        try (stored) {
                          assertThat(stored.read(0, (int) stored.length())).isEqualTo(each.bytes());
                        }
                      });
            }
          }
          return index;
        });

    blobs.forEach(this::assertWhole);
  }

  @Test
  void interruptOfOneThreadHarmsNobodyElse() throws InterruptedException {
    Sample known = Sample.of(-1, 100_000);
    GeneratedSource large = GeneratedSource.of(7, (9 << 20) + 5);
    store(known);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(large.hash(), large);
      writer.flush();
    }
    Threads.together(
        4,
        index -> {
          for (int i = 0; i < 20; i++) {
            Sample blob = Sample.of(100L * index + i, 3000);
            if (index < 2) {
              Thread.currentThread().interrupt();
              attempt(blob, large);
              Thread.interrupted();
            } else {
              store(blob);
              assertWhole(blob);
              assertWhole(known);
            }
          }
          return index;
        });

    for (int i = 0; i < 20; i++) {
      assertWhole(Sample.of(200 + i, 3000));
      assertWhole(Sample.of(300 + i, 3000));
    }
    store(Sample.of(9999, 10));
    assertThat(backend().blobs().missing(Set.of(large.hash(), Sample.of(9999, 10).hash())))
        .isEmpty();
  }

  /** An interrupted thread may be refused; then clearly. */
  private void attempt(Sample blob, GeneratedSource large) {
    try {
      store(blob);
      assertWhole(blob);
      try (StoredBlob stored = backend().blobs().open(large.hash()).orElseThrow()) {
        assertThat(stored.read(100, 1).get()).isEqualTo(large.at(100));
      }
    } catch (StoreException refused) {
      assertThat(refused).hasMessageContaining("cannot");
    }
  }
}
