package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When groups are told that they are durable, and what a sync that fails takes with it. */
class PackSyncTest {
  private static final int LENGTH = 100;

  @TempDir Path directory;

  private final CountDownLatch syncing = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicBoolean failNext = new AtomicBoolean();
  private PackSync syncs;
  private HeldChannel channel;
  private PackClaim claim;

  /** A file whose syncs wait for a word, and of which one may fail. */
  private final class HeldChannel extends ForwardingChannel {
    HeldChannel(FileChannel inner) {
      super(inner);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      syncing.countDown();
      try {
        go.await();
      } catch (InterruptedException stop) {
        throw new IOException(stop);
      }
      if (failNext.getAndSet(false)) {
        throw new IOException("the disk is gone, says the test");
      }
      super.force(metaData);
    }
  }

  @BeforeEach
  void claim() throws IOException {
    syncs = new PackSync(directory);
    FileChannel file =
        FileChannel.open(
            directory.resolve("pack"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileLock lock = file.lock();
    channel = new HeldChannel(file);
    claim = new PackClaim(7, channel, lock, 0);
  }

  @AfterEach
  void release() {
    go.countDown();
    syncs.close();
    claim.release();
  }

  /** As if a value had been written. */
  private PackAppend written(int number) throws IOException {
    Sample sample = Sample.of(number, LENGTH);
    PackAppend append = new PackAppend();
    append.add(sample.hash(), sample.bytes());
    channel.write(sample.bytes(), channel.size());
    Map<ContentHash, PackPlace> places =
        Map.of(sample.hash(), new PackPlace(7, channel.size() - LENGTH, LENGTH));
    syncs.submit(new PackSync.Written(claim, channel.size(), List.of(append), List.of(places)));
    return append;
  }

  private static FutureTask<Map<ContentHash, PackPlace>> told(PackAppend append) {
    FutureTask<Map<ContentHash, PackPlace>> task = new FutureTask<>(append::await);
    new Thread(task).start();
    return task;
  }

  @Test
  void aGroupIsToldItsPlacesAfterItsSyncAndOthersAreTakenMeanwhile() throws Exception {
    FutureTask<Map<ContentHash, PackPlace>> first = told(written(1));
    syncing.await();
    FutureTask<Map<ContentHash, PackPlace>> second = told(written(2));

    assertThat(first.isDone()).isFalse();
    go.countDown();

    assertThat(first.get()).containsOnlyKeys(Sample.of(1, LENGTH).hash());
    assertThat(second.get()).containsOnlyKeys(Sample.of(2, LENGTH).hash());
    assertThat(claim.lost()).isFalse();
  }

  @Test
  void aSyncThatFailsTakesWithItWhatWasWrittenBehindAndKeepsWhatWasBefore() throws Exception {
    go.countDown();
    assertThat(told(written(1)).get()).hasSize(1);
    failNext.set(true);
    PackAppend second = written(2);
    syncs.drain();
    // The disk is there again, and says that all is well: of what it lost it says nothing.
    PackAppend third = written(3);
    syncs.drain();

    assertThat(claim.lost()).isTrue();
    assertThatThrownBy(second::await)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("the disk is gone");
    assertThatThrownBy(third::await).isInstanceOf(BackendException.class);
    claim.cutUnsynced();
    assertThat(channel.size()).isEqualTo(LENGTH);
  }
}
