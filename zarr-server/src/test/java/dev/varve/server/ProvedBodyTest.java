package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlockProof;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import dev.varve.testkit.Sample;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of a value that was proved before are right, or are not given. */
class ProvedBodyTest {
  private final DamagedBackend backend = new DamagedBackend(new MemoryBackend());
  private final AtomicInteger told = new AtomicInteger();

  @AfterEach
  void close() {
    backend.close();
  }

  private StoredValue store(Sample sample) {
    try (var writer = backend.blobs().writer(0)) {
      writer.put(sample.hash(), sample.bytes());
      writer.flush();
    }
    return new StoredValue(
        new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256),
        Key.of("a"),
        new Entry.Blob(sample.hash(), sample.length()));
  }

  private Body body(Sample sample, ByteRanges.Span span, PartPool pool) {
    StoredValue value = store(sample);
    return value.range(value.prove(), span, pool, told::incrementAndGet);
  }

  /** Takes all, as a sender does that is one part ahead. */
  private static ByteBuffer drain(Body body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (body) {
      ByteBuffer part = body.next();
      while (part != null) {
        ByteBuffer ahead = body.next();
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        all.writeBytes(bytes);
        body.sent();
        part = ahead;
      }
    }
    return ByteBuffer.wrap(all.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100_000, 700_000, 64 << 20})
  void everySpanIsTheValuesOwnBytesWhateverMemoryThereIs(long memory) {
    PartPool pool = new PartPool(memory);
    Random random = new Random(memory);
    for (int length : new int[] {1, 300, 16_384, 65_536, 65_537, 262_144, 1_000_001}) {
      Sample sample = Sample.of(length, length);
      StoredValue value = store(sample);
      BlockProof proof = value.prove();
      for (int i = 0; i < 20; i++) {
        int first = i == 0 ? 0 : random.nextInt(length);
        int last = i == 0 ? length - 1 : first + random.nextInt(length - first);
        ByteRanges.Span span = new ByteRanges.Span(first, last);

        assertThat(drain(value.range(proof, span, pool, told::incrementAndGet)))
            .isEqualTo(sample.bytes().slice(first, last - first + 1));
        assertThat(pool.used()).isZero();
      }
    }
    assertThat(told).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void noFlippedBitIsGiven(long memory) {
    PartPool pool = new PartPool(memory);
    Sample sample = Sample.of(1, 200_000);
    StoredValue value = store(sample);
    BlockProof proof = value.prove();
    ByteRanges.Span all = new ByteRanges.Span(0, sample.length() - 1);
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      backend.restore();
      long bit = random.nextInt(8 * sample.length());
      backend.flip(sample.hash(), bit);

      assertThatThrownBy(() -> drain(value.range(proof, all, pool, told::incrementAndGet)))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(sample.hash().toString());
      assertThat(told).hasValue(i + 1);
      assertThat(pool.used()).isZero();
    }
  }

  @Test
  void damageOutsideOfTheBlocksOfASpanIsNotItsConcern() {
    Sample sample = Sample.of(1, 200_000);
    Body body = body(sample, new ByteRanges.Span(0, 99), new PartPool(1 << 20));
    body.close();
    StoredValue value = store(sample);
    BlockProof proof = value.prove();
    backend.flip(sample.hash(), 8L * 199_999);

    assertThat(
            drain(value.range(proof, new ByteRanges.Span(0, 99), new PartPool(1 << 20), told::get)))
        .isEqualTo(sample.bytes().slice(0, 100));
  }

  @Test
  void withMemoryDamageShowsBeforeAnythingIsGiven() {
    Sample sample = Sample.of(1, 1_000_000);
    StoredValue value = store(sample);
    BlockProof proof = value.prove();
    backend.flip(sample.hash(), 8L * 999_999);
    PartPool pool = new PartPool(64 << 20);

    assertThatThrownBy(
            () -> value.range(proof, new ByteRanges.Span(0, 999_999), pool, told::incrementAndGet))
        .isInstanceOf(CorruptDataException.class);
    assertThat(pool.used()).isZero();
  }

  @Test
  void whatIsCutOrLostIsTold() {
    Sample sample = Sample.of(1, 100_000);
    StoredValue value = store(sample);
    BlockProof proof = value.prove();
    ByteRanges.Span all = new ByteRanges.Span(0, 99_999);
    backend.cut(sample.hash(), 99_999);
    assertThatThrownBy(() -> drain(value.range(proof, all, new PartPool(0), told::get)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("99999");
    backend.delete(sample.hash());
    assertThatThrownBy(() -> drain(value.range(proof, all, new PartPool(0), told::get)))
        .isInstanceOf(MissingBlobException.class);
  }

  /** A socket may still read what was given to it when a sending breaks off. */
  @Test
  void memoryOfPartsThatWereNotSentIsNotUsedAgain() {
    PartPool pool = new PartPool(64 << 10);
    Body body = body(Sample.of(1, 10_000), new ByteRanges.Span(0, 9_999), pool);
    ByteBuffer part = body.next();
    body.close();

    assertThat(pool.used()).isZero();
    ByteBuffer other = pool.take(10_000);
    assertThat(other).isNotNull();
    other.clear().put(new byte[10_000]);
    assertThat(part).isEqualTo(Sample.of(1, 10_000).bytes());
  }
}
