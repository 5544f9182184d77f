package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What {@link Backend} promises beyond its two stores. */
public abstract class BackendContract extends ContractFixture {
  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void newBackendHasNoConfig() {
    assertThat(backend().config()).isEmpty();
  }

  @Test
  void configIsWrittenOnce() {
    assertThat(backend().createConfig(text("first"))).isTrue();
    assertThat(backend().createConfig(text("second"))).isFalse();

    assertThat(backend().config()).contains(text("first"));
  }

  @Test
  void configTakesTheRemainingBytesAndLeavesThePosition() {
    ByteBuffer bytes = text("..config..").position(2).limit(8);

    backend().createConfig(bytes);

    assertThat(bytes.position()).isEqualTo(2);
    assertThat(backend().config()).contains(text("config"));
  }

  @Test
  void configSurvivesReopening() {
    backend().createConfig(text("first"));

    Backend again = reopen();

    assertThat(again.config()).contains(text("first"));
    assertThat(again.createConfig(text("second"))).isFalse();
  }

  @Test
  void configIsHandedOutAsABufferThatNobodyElseMoves() {
    backend().createConfig(text("config"));

    ByteBuffer once = backend().config().orElseThrow();
    once.position(once.limit());

    assertThat(backend().config()).contains(text("config"));
    Assertions.assertThatThrownBy(() -> backend().config().orElseThrow().put(0, (byte) 'X'))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void ofRacingCreatesOneWritesTheConfig() throws InterruptedException {
    List<Boolean> wrote =
        Threads.together(8, index -> backend().createConfig(text("config " + index)));

    assertThat(wrote).containsOnlyOnce(true);
    assertThat(backend().config()).contains(text("config " + wrote.indexOf(true)));
  }

  @Test
  void saysWhereItIs() {
    assertThat(backend().location()).isNotBlank();
  }

  @Test
  void closingTwiceIsHarmless() {
    backend().close();
    backend().close();
  }

  @Test
  void whatWasFlushedAndThenNamedByARefIsThereAfterReopening() {
    Sample blob = Sample.of(1, 5000);
    Evidence evidence;
    long epoch = backend().refs().epoch(Optional.empty());
    try (BlobWriter writer = backend().blobs().writer(epoch)) {
      writer.put(blob.hash(), blob.bytes());
      evidence = writer.flush();
    }
    RefName main = RefName.branch("main");
    RefOutcome outcome =
        backend()
            .refs()
            .compareAndSet(Optional.empty(), Changes.to(main, blob.hash(), 1), evidence);
    assertThat(outcome).isInstanceOf(RefOutcome.Done.class);

    Backend again = reopen();

    assertThat(again.refs().read(main).orElseThrow().target()).contains(blob.hash());
    assertThat(again.blobs().missing(List.of(blob.hash()))).isEmpty();
  }
}
