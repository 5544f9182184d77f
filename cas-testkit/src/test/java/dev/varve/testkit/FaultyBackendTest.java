package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The faulty backend fails what it is told to, and nothing else. */
class FaultyBackendTest {
  private static final RefName MAIN = RefName.branch("main");

  private final MemoryBackend memory = new MemoryBackend();
  private final FaultyBackend faulty = new FaultyBackend(memory);
  private final Sample blob = Sample.of(1, 100);

  private void commit() {
    Evidence evidence;
    try (BlobWriter writer = faulty.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      evidence = writer.flush();
    }
    faulty.refs().compareAndSet(Optional.empty(), Changes.to(MAIN, blob.hash(), 1), evidence);
  }

  @Test
  void operationsAreCounted() {
    commit();

    assertThat(faulty.operations()).isEqualTo(3);
  }

  @Test
  void eachOperationCanFailAndThenDidNotHappen() {
    for (int n = 1; n <= 3; n++) {
      faulty.failAt(n);
      assertThatThrownBy(this::commit).isInstanceOf(BackendException.class);
      assertThat(memory.refs().read(MAIN)).isEmpty();
      assertThat(memory.blobs().missing(Set.of(blob.hash()))).hasSize(n < 3 ? 1 : 0);
    }
    faulty.failAt(4);
    commit();

    assertThat(memory.refs().read(MAIN)).isPresent();
  }

  @Test
  void deadBackendStaysDeadUntilHealed() {
    faulty.dieAt(2);

    assertThatThrownBy(this::commit).isInstanceOf(BackendException.class);
    assertThatThrownBy(faulty::config).isInstanceOf(BackendException.class);
    faulty.heal();

    commit();
  }

  @Test
  void failedWriterRefusesFurtherUse() {
    faulty.failAt(1);
    try (BlobWriter writer = faulty.blobs().writer(0)) {
      assertThatThrownBy(() -> writer.put(blob.hash(), blob.bytes()))
          .isInstanceOf(BackendException.class);
      assertThatThrownBy(writer::flush).isInstanceOf(BackendException.class);
    }
  }

  @Test
  void answerCanBeLostWhetherTheRefMovedOrNot() {
    faulty.answerNext(FaultyBackend.Answer.NOTHING_BUT_UNKNOWN);
    RefOutcome nothing = write(1);
    assertThat(nothing).isInstanceOf(RefOutcome.Unknown.class);
    assertThat(memory.refs().read(MAIN)).isEmpty();

    faulty.answerNext(FaultyBackend.Answer.HAPPENED_BUT_UNKNOWN);
    RefOutcome.Unknown happened = (RefOutcome.Unknown) write(2);
    assertThat(memory.refs().read(MAIN)).contains(happened.attempted());
  }

  private RefOutcome write(long number) {
    return faulty
        .refs()
        .compareAndSet(
            memory.refs().read(MAIN), Changes.to(MAIN, Changes.target(1), number), new Evidence(1));
  }

  private static final BackendFactory FACTORY =
      new BackendFactory() {
        @Override
        public Backend create(Path directory) {
          return new FaultyBackend(new MemoryBackend());
        }

        @Override
        public Backend reopen(Path directory, Backend closed) {
          return closed;
        }
      };

  /** Told nothing, it is a backend like any other. */
  @Nested
  class BlobStoreTest extends BlobStoreContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }

  @Nested
  class RefStoreTest extends RefStoreContract {
    @Override
    protected BackendFactory factory() {
      return FACTORY;
    }
  }
}
