package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.tree.Key;
import dev.varve.zarr.ChunkKeyEncoding.Style;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkKeysTest {
  private static ChunkKeys keys(Style style, char separator, List<Long> shape, List<Long> chunks) {
    return new ChunkKeys(
        new ArrayDocument(
            3, shape, chunks, "int16", new ChunkKeyEncoding(style, separator), false));
  }

  private static ChunkKeys grid(List<Long> shape, List<Long> chunks) {
    return keys(Style.DEFAULT, '/', shape, chunks);
  }

  @Test
  void writesEveryEncoding() {
    ChunkCoords coords = ChunkCoords.of(3, 0, 12);
    List<Long> shape = List.of(100L, 100L, 100L);
    List<Long> chunks = List.of(1L, 1L, 1L);
    assertThat(keys(Style.DEFAULT, '/', shape, chunks).relativeKey(coords)).isEqualTo("c/3/0/12");
    assertThat(keys(Style.DEFAULT, '.', shape, chunks).relativeKey(coords)).isEqualTo("c.3.0.12");
    assertThat(keys(Style.V2, '/', shape, chunks).relativeKey(coords)).isEqualTo("3/0/12");
    assertThat(keys(Style.V2, '.', shape, chunks).relativeKey(coords)).isEqualTo("3.0.12");
    assertThat(keys(Style.V2, '.', shape, chunks).key(ZarrPath.of("/a"), coords))
        .isEqualTo(Key.of("a/3.0.12"));
  }

  @Test
  void scalarsHaveOneChunk() {
    ChunkKeys version3 = keys(Style.DEFAULT, '/', List.of(), List.of());
    ChunkKeys version2 = keys(Style.V2, '.', List.of(), List.of());
    assertThat(version3.relativeKey(ChunkCoords.of())).isEqualTo("c");
    assertThat(version2.relativeKey(ChunkCoords.of())).isEqualTo("0");
    assertThat(version3.coords("c")).contains(ChunkCoords.of());
    assertThat(version2.coords("0")).contains(ChunkCoords.of());
    assertThat(version3.coords("c/0")).isEmpty();
    assertThat(version2.coords("c")).isEmpty();
    assertThat(version3.total()).isEqualTo(1);
    assertThat(version3.inside(ChunkCoords.of())).isTrue();
    assertThat(version3.inside(ChunkCoords.of(0))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c",
        "c/",
        "c/0",
        "c/0/",
        "c/0/0/0",
        "c/00/0",
        "c/-0/0",
        "c/+1/0",
        "c/0/01",
        "c.0.0",
        "c/0.0",
        "0/0",
        "c//0",
        "c/0/ 1",
        "c/0/1 ",
        "c/0/\u0661",
        "c/0/9223372036854775808",
        "c/0/99999999999999999999",
        "c/0/0x1",
        "C/0/0",
        "c/0/1e1"
      })
  void refusesEveryOtherWayToWriteAKey(String relative) {
    assertThat(grid(List.of(10L, 10L), List.of(1L, 1L)).coords(relative)).isEmpty();
  }

  @Test
  void readsTheLargestIndex() {
    assertThat(grid(List.of(10L), List.of(1L)).coords("c/9223372036854775807"))
        .contains(ChunkCoords.of(Long.MAX_VALUE));
  }

  @Test
  void countsPartialChunksAndEmptyDimensions() {
    ChunkKeys partial = grid(List.of(10L, 7L), List.of(4L, 7L));
    assertThat(partial.total()).isEqualTo(3);
    assertThat(partial.inside(ChunkCoords.of(2, 0))).isTrue();
    assertThat(partial.inside(ChunkCoords.of(3, 0))).isFalse();
    assertThat(partial.inside(ChunkCoords.of(0, 1))).isFalse();
    ChunkKeys empty = grid(List.of(0L, 7L), List.of(0L, 1L));
    assertThat(empty.total()).isZero();
    assertThat(empty.inside(ChunkCoords.of(0, 0))).isFalse();
    assertThat(empty.coords("c/0/0")).contains(ChunkCoords.of(0, 0));
  }

  @Test
  void totalsBeyondALongAreHeldBack() {
    ChunkKeys huge = grid(List.of(Long.MAX_VALUE, Long.MAX_VALUE), List.of(1L, 1L));
    assertThat(huge.total()).isEqualTo(Long.MAX_VALUE);
    assertThat(huge.exactTotal()).isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).pow(2));
    assertThat(grid(List.of(Long.MAX_VALUE), List.of(2L)).total()).isEqualTo(1L << 62);
    List<Long> many = Collections.nCopies(300, Long.MAX_VALUE);
    assertThat(grid(many, Collections.nCopies(300, 1L)).total()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void refusesCoordinatesOfAnotherRankAndNegativeOnes() {
    assertThatThrownBy(() -> grid(List.of(1L), List.of(1L)).relativeKey(ChunkCoords.of(0, 0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ChunkCoords.of(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
