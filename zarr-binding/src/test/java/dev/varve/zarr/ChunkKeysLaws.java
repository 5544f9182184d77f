package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.zarr.ChunkKeyEncoding.Style;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChunkKeysLaws {
  @Provide
  Arbitrary<ChunkKeyEncoding> encodings() {
    return Arbitraries.of(
        new ChunkKeyEncoding(Style.DEFAULT, '/'),
        new ChunkKeyEncoding(Style.DEFAULT, '.'),
        new ChunkKeyEncoding(Style.V2, '/'),
        new ChunkKeyEncoding(Style.V2, '.'));
  }

  @Provide
  Arbitrary<List<Long>> indices() {
    return Arbitraries.longs().between(0, Long.MAX_VALUE).list().ofMaxSize(5);
  }

  @Provide
  Arbitrary<String> nearlyKeys() {
    return Arbitraries.strings().withChars("c01239/.-+ ").ofMaxLength(8);
  }

  private static ChunkKeys keys(ChunkKeyEncoding encoding, int rank) {
    return new ChunkKeys(
        new ArrayDocument(
            3,
            Collections.nCopies(rank, 10L),
            Collections.nCopies(rank, 1L),
            "int16",
            encoding,
            false));
  }

  @Property
  void everyPlaceHasAKeyThatNamesIt(
      @ForAll("encodings") ChunkKeyEncoding encoding, @ForAll("indices") List<Long> indices) {
    ChunkKeys keys = keys(encoding, indices.size());
    ChunkCoords coords = ChunkCoords.of(indices.stream().mapToLong(Long::longValue).toArray());
    assertThat(keys.coords(keys.relativeKey(coords))).contains(coords);
  }

  @Property
  void everyKeyThatIsReadIsTheOneThatIsWritten(
      @ForAll("encodings") ChunkKeyEncoding encoding, @ForAll("nearlyKeys") String key) {
    for (int rank = 0; rank < 4; rank++) {
      ChunkKeys keys = keys(encoding, rank);
      keys.coords(key).ifPresent(coords -> assertThat(keys.relativeKey(coords)).isEqualTo(key));
    }
  }
}
