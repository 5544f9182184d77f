package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.testkit.Changes;
import dev.varve.testkit.Sample;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers hear when a commit broke off where it may have happened. */
class UnknownOutcomeTest {
  private static final RefName MAIN = RefName.branch("main");
  private static final WriteRequest.LmdbOutage OUTAGE =
      new WriteRequest.LmdbOutage("cannot write: the disk broke", new IllegalStateException());

  @TempDir Path directory;
  private LmdbBackend backend;

  @BeforeEach
  void create() {
    backend = LmdbBackend.create(directory.resolve("repo"));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  /** Applies the request in a real transaction, then tells it that the commit broke off. */
  private <R> R broken(WriteRequest<R> request) {
    backend.store().environment().write("try", request::run);
    request.unknown(OUTAGE);
    return request.await();
  }

  private static LmdbRefStore.CompareAndSet change(long number) {
    return new LmdbRefStore.CompareAndSet(
        Optional.empty(), Changes.to(MAIN, Changes.target(number), number), new Evidence(1));
  }

  @Test
  void refWriteIsUnknownAndNamesTheRecord() {
    RefOutcome.Unknown outcome = (RefOutcome.Unknown) broken(change(1));

    assertThat(outcome.attempted().number()).isEqualTo(1);
    assertThat(outcome.why())
        .hasMessageContaining("record 1 of heads/main")
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void lostRefWriteIsLostWhateverBecameOfTheCommit() {
    broken(change(1));

    assertThat(broken(change(2))).isInstanceOf(RefOutcome.Lost.class);
  }

  @Test
  void requestThatWasNotYetAppliedFails() {
    LmdbRefStore.CompareAndSet request = change(1);

    request.unknown(OUTAGE);

    assertThatThrownBy(request::await)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("the disk broke");
  }

  @Test
  void flushFails() {
    BlobBatch batch =
        new BlobBatch(backend.store().blobs().files(), backend.store().blobs().packs());
    Sample blob = Sample.of(1, 100);
    batch.add(blob.hash(), blob.bytes());

    assertThatThrownBy(() -> broken(batch))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("the disk broke");
  }

  @Test
  void configIsUnknownUnlessThereWasOne() {
    LmdbBackend.CreateConfig first = new LmdbBackend.CreateConfig(ByteBuffer.wrap(new byte[] {1}));
    assertThatThrownBy(() -> broken(first)).isInstanceOf(UnknownOutcomeException.class);

    assertThat(broken(new LmdbBackend.CreateConfig(ByteBuffer.wrap(new byte[] {2})))).isFalse();
  }
}
