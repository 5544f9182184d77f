package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The bytes of rows and keys, which are part of the format on disk. */
class LmdbLayoutTest {
  @Test
  void gcRowHoldsItsEpochAndFindsAnyFlippedBit() {
    byte[] row = LmdbLayout.gcRow(0x0102030405060708L, true).array();
    assertThat(LmdbLayout.epoch(row)).isEqualTo(0x0102030405060708L);
    assertThat(Arrays.copyOf(row, 9)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 2);

    for (int bit = 0; bit < 8 * row.length; bit++) {
      byte[] damaged = row.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> LmdbLayout.epoch(damaged)).isInstanceOf(CorruptDataException.class);
    }
    assertThatThrownBy(() -> LmdbLayout.epoch(Arrays.copyOf(row, 9)))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void reflogKeysAreOrderedByNameAndNumberAndDoNotMix() {
    RefName a = RefName.branch("a");
    RefName below = RefName.branch("a/b");

    byte[] key = LmdbLayout.reflogKey(a, 1);

    assertThat(key).startsWith("heads/a".getBytes(StandardCharsets.UTF_8)).hasSize(7 + 1 + 8);
    assertThat(Arrays.compareUnsigned(key, LmdbLayout.reflogKey(a, 2))).isNegative();
    assertThat(Arrays.compareUnsigned(LmdbLayout.reflogKey(a, 255), LmdbLayout.reflogKey(a, 256)))
        .isNegative();
    assertThat(
            Arrays.compareUnsigned(
                LmdbLayout.reflogKey(a, Long.MAX_VALUE), LmdbLayout.reflogKey(below, 1)))
        .isNegative();
  }

  @Test
  void rowsOfWrongLengthAreDamage() {
    assertThat(LmdbLayout.length(ContentHash.ZERO, LmdbLayout.lengthRow(77).array())).isEqualTo(77);
    assertThatThrownBy(() -> LmdbLayout.length(ContentHash.ZERO, new byte[7]))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> LmdbLayout.hash(Table.BLOBS, new byte[31]))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> LmdbLayout.refName("nonsense".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(CorruptDataException.class);
  }
}
