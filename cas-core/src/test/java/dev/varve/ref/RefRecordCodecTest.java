package dev.varve.ref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefRecordCodecTest {
  private static final RefName MAIN = RefName.branch("main");

  private static RefRecord record() {
    return new RefRecord(
        MAIN,
        3,
        HashAlgorithm.SHA256.hash(new byte[] {1}),
        RefRecord.Kind.SET,
        Optional.of(HashAlgorithm.SHA256.hash(new byte[] {2})),
        0,
        1,
        2,
        List.of(),
        new Nonce(4, 5),
        "commit: x",
        "me",
        6,
        List.of());
  }

  /** The record's bytes with one extension in place of none, and a digest that fits. */
  private static ByteBuffer extended(int critical) {
    ByteBuffer plain = RefRecordCodec.encode(record());
    int body = plain.remaining() - ContentHash.BYTES - 1;
    ByteWriter out = new ByteWriter();
    out.raw(plain.slice(0, body)).varint(1).u8(critical).varint(9).varint(2).raw(new byte[] {7, 8});
    out.hash(HashAlgorithm.SHA256.hash(out.toBytes()));
    return out.toBuffer();
  }

  @Test
  void aRecordSurvivesItsBytes() {
    assertThat(RefRecordCodec.decode(MAIN, RefRecordCodec.encode(record()))).isEqualTo(record());
  }

  @Test
  void everyFlippedBitIsFound() {
    ByteBuffer whole = RefRecordCodec.encode(record());
    for (int bit = 0; bit < whole.remaining() * 8; bit++) {
      byte[] changed = new byte[whole.remaining()];
      whole.duplicate().get(changed);
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> RefRecordCodec.decode(MAIN, ByteBuffer.wrap(changed)))
          .isInstanceOf(CorruptDataException.class);
    }
  }

  @Test
  void aRecordOfAnotherRefIsMisplaced() {
    assertThatThrownBy(
            () -> RefRecordCodec.decode(RefName.branch("other"), RefRecordCodec.encode(record())))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("heads/main");
  }

  /** A later version's record must keep its digest here, or its follower would not fit it. */
  @Test
  void anExtensionThatNeedNotBeKnownIsPassedOverAndKept() {
    ByteBuffer bytes = extended(0);
    RefRecord read = RefRecordCodec.decode(MAIN, bytes);
    assertThat(RefRecordCodec.encode(read)).isEqualTo(bytes);
    assertThat(RefRecordCodec.digest(read)).isEqualTo(HashAlgorithm.SHA256.hash(bytes));
    RefChange change = new RefChange(MAIN, Optional.empty(), false, new Nonce(1, 2), "", "", 0);
    assertThat(change.after(Optional.of(read), 0).previous())
        .isEqualTo(HashAlgorithm.SHA256.hash(bytes));
  }

  @Test
  void anExtensionThatMustBeKnownIsRefused() {
    assertThatThrownBy(() -> RefRecordCodec.decode(MAIN, extended(1)))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("9");
    assertThatThrownBy(() -> RefRecordCodec.decode(MAIN, extended(2)))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void textsThatUtf8CannotHoldAreMadeWhole() {
    RefChange change =
        new RefChange(MAIN, Optional.empty(), false, new Nonce(1, 2), "\uD800", "\uDC00x", 0);
    RefRecord next = change.after(Optional.empty(), 0);
    assertThat(RefRecordCodec.decode(MAIN, RefRecordCodec.encode(next))).isEqualTo(next);
  }
}
