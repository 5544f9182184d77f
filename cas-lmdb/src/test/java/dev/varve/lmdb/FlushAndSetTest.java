package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.FlushingRefStore;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs and the ref that relies on them, in one transaction. */
class FlushAndSetTest {
  private static final RefName MAIN = RefName.branch("main");
  private static final WriteRequest.LmdbOutage OUTAGE =
      new WriteRequest.LmdbOutage("cannot write: the disk broke", new IllegalStateException());

  @TempDir Path directory;
  private LmdbBackend backend;
  private FlushingRefStore refs;

  @BeforeEach
  void create() {
    backend = LmdbBackend.create(directory.resolve("repo"));
    refs = (FlushingRefStore) backend.refs();
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private boolean isStored(ContentHash hash) {
    return backend.blobs().missing(List.of(hash)).isEmpty();
  }

  private RefOutcome set(BlobWriter writer, long number) {
    return refs.flushAndSet(
        List.of(writer), Optional.empty(), Changes.to(MAIN, Changes.target(number), number));
  }

  @Test
  void takesOneTransaction() {
    Sample blob = Sample.of(1, 100);
    long before = backend.store().queue().transactions();
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());

      RefOutcome outcome = set(writer, 1);

      assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
      assertThat(backend.store().queue().transactions()).isEqualTo(before + 1);
      assertThat(isStored(blob.hash())).isTrue();
      assertThat(writer.totals().blobsWritten()).isEqualTo(1);
      assertThat(refs.read(MAIN)).contains(((RefOutcome.Done) outcome).record());
    }
  }

  @Test
  void writersThatGoTogetherTakeOneTransaction() {
    Sample one = Sample.of(1, 100);
    Sample other = Sample.of(2, 200);
    long before = backend.store().queue().transactions();
    try (BlobWriter first = backend.blobs().writer(0);
        BlobWriter second = backend.blobs().writer(0);
        BlobWriter empty = backend.blobs().writer(0)) {
      first.put(one.hash(), one.bytes());
      second.put(other.hash(), other.bytes());
      second.put(one.hash(), one.bytes());

      RefOutcome outcome =
          refs.flushAndSet(
              List.of(first, empty, second),
              Optional.empty(),
              Changes.to(MAIN, Changes.target(1), 1));

      assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
      assertThat(backend.store().queue().transactions()).isEqualTo(before + 1);
      assertThat(isStored(one.hash()) && isStored(other.hash())).isTrue();
      assertThat(first.totals().blobsWritten()).isEqualTo(1);
      assertThat(second.totals().blobsWritten()).isEqualTo(1);
      assertThat(second.totals().blobsReused()).isEqualTo(1);
    }
  }

  @Test
  void whereOneOfSeveralWritersFailsTheOthersMayBeFlushedAlone() throws IOException {
    byte[] large = new byte[Blobs.MAX_WHOLE + 1];
    ContentHash hash = HashAlgorithm.SHA256.hash(large);
    Sample small = Sample.of(1, 100);
    try (BlobWriter first = backend.blobs().writer(0);
        BlobWriter second = backend.blobs().writer(0)) {
      first.put(hash, ValueSource.of(ByteBuffer.wrap(large)));
      second.put(small.hash(), small.bytes());
      // The file of the first cannot be given its name.
      Path values = backend.store().environment().directory().resolve(LmdbLayout.VALUES);
      Path folder = LmdbLayout.valueFile(values.getParent(), hash).getParent();
      Files.writeString(folder, "a file where a folder would be");
      RefChange change = Changes.to(MAIN, Changes.target(1), 1);

      assertThatThrownBy(() -> refs.flushAndSet(List.of(first, second), Optional.empty(), change))
          .isInstanceOf(BackendException.class);
      assertThat(refs.read(MAIN)).isEmpty();
      assertThatThrownBy(first::flush).hasMessageContaining("earlier call");
      second.flush();
      assertThat(isStored(small.hash())).isTrue();
      assertThat(isStored(hash)).isFalse();
    }
  }

  @Test
  void storesTheBlobsOfALostRefWrite() {
    Sample blob = Sample.of(1, 100);
    refs.compareAndSet(Optional.empty(), Changes.to(MAIN, Changes.target(1), 1), new Evidence(1));
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());

      assertThat(set(writer, 2)).isInstanceOf(RefOutcome.Lost.class);
      assertThat(isStored(blob.hash())).isTrue();
    }
  }

  @Test
  void setsTheRefWhereNothingIsToBeFlushed() {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      assertThat(set(writer, 1)).isInstanceOf(RefOutcome.Done.class);
    }
  }

  @Test
  void flushesAWriterOfAnotherStoreFirst() {
    MemoryBackend other = new MemoryBackend();
    Sample blob = Sample.of(1, 100);
    try (BlobWriter writer = other.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());

      assertThat(set(writer, 1)).isInstanceOf(RefOutcome.Done.class);
      assertThat(other.blobs().missing(List.of(blob.hash()))).isEmpty();
    }
  }

  @Test
  void copiesALostFileBeforeTheRefIsSet() throws IOException {
    byte[] large = new byte[Blobs.MAX_WHOLE + 1];
    ContentHash hash = HashAlgorithm.SHA256.hash(large);
    store(hash, large);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(hash, ValueSource.of(ByteBuffer.wrap(large)));
      Files.delete(LmdbLayout.valueFile(backend.store().environment().directory(), hash));

      assertThat(set(writer, 1)).isInstanceOf(RefOutcome.Done.class);
      assertThat(isStored(hash)).isTrue();
    }
  }

  private void store(ContentHash hash, byte[] value) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(hash, ValueSource.of(ByteBuffer.wrap(value)));
      writer.flush();
    }
  }

  /** Applies the request in a real transaction, then tells it that the commit broke off. */
  private FlushAndSet.Both broken(long number) {
    BlobBatch batch =
        new BlobBatch(backend.store().blobs().files(), backend.store().blobs().packs());
    Sample blob = Sample.of(number, 100);
    batch.add(blob.hash(), blob.bytes());
    FlushAndSet request =
        new FlushAndSet(
            List.of(batch),
            new LmdbRefStore.CompareAndSet(
                Optional.empty(),
                Changes.to(MAIN, Changes.target(number), number),
                new Evidence(1)));
    backend.store().environment().write("try", request::run);
    request.unknown(OUTAGE);
    return request.await();
  }

  @Test
  void isUnknownWhereTheTransactionMayHaveHappened() {
    assertThat(broken(1).ref()).isInstanceOf(RefOutcome.Unknown.class);
  }

  @Test
  void failsWhereTheRefWasLostAndTheBlobsAreInDoubt() {
    broken(1);

    assertThatThrownBy(() -> broken(2))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("the disk broke");
  }
}
