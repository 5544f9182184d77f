package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.Blobs;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.GeneratedSource;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Transaction;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ranges of values of every size: inline, small, of several blocks, and too large to be held whole.
 */
class RangesOverHttpTest {
  private static final int BLOCK = 64 << 10;
  private static final int LARGE = Blobs.MAX_WHOLE + 3 * BLOCK + 17;

  private Served ocean = Served.inMemory();

  @AfterEach
  void stop() {
    ocean.close();
  }

  /** A value of a size, under a name that stands in a node or a blob. */
  private byte[] store(String key, int size) throws Exception {
    GeneratedSource source = GeneratedSource.of(size, size);
    try (Transaction transaction = ocean.repository().begin("main")) {
      transaction.put(Key.of(key), source);
      // The same value may be there already.
      assertThat(transaction.commit(CommitInfo.of("store")))
          .isNotInstanceOf(CommitOutcome.Conflicted.class);
    }
    return source.open().readAllBytes();
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("zarr.json", 500),
        Arguments.of("c/0", 500),
        Arguments.of("c/0", 3 * BLOCK),
        Arguments.of("c/0", 5 * BLOCK + 1),
        Arguments.of("c/0", LARGE));
  }

  @ParameterizedTest
  @MethodSource("values")
  void everyRangeIsTheValuesOwnBytes(String key, int size) throws Exception {
    byte[] value = store(key, size);
    String url = "/ocean/@main/" + key;
    List<int[]> ranges =
        new ArrayList<>(
            List.of(
                new int[] {0, 0},
                new int[] {0, size - 1},
                new int[] {size - 1, size - 1},
                new int[] {size / 2, size - 1},
                new int[] {1, size / 2}));
    for (int edge = BLOCK; edge + 1 < Math.min(size, 4 * BLOCK); edge += BLOCK) {
      ranges.add(new int[] {edge - 1, edge});
      ranges.add(new int[] {edge, edge});
    }
    // Twice: the second time each is proved by what was remembered the first time.
    for (int round = 0; round < 2; round++) {
      for (int[] range : ranges) {
        HttpResponse<byte[]> response =
            ocean.get(url, "Range", "bytes=" + range[0] + "-" + range[1]);
        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(Served.header(response, "Content-Range"))
            .isEqualTo("bytes " + range[0] + "-" + range[1] + "/" + size);
        assertThat(Served.header(response, "Content-Length"))
            .isEqualTo(Integer.toString(range[1] - range[0] + 1));
        assertThat(
                Arrays.equals(response.body(), Arrays.copyOfRange(value, range[0], range[1] + 1)))
            .isTrue();
        assertThat(Served.header(response, "ETag")).isEqualTo('"' + Served.sha256(value) + '"');
      }
    }
    HttpResponse<byte[]> whole = ocean.get(url);
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(whole.body(), value)).isTrue();
    assertThat(Served.header(whole, "Content-Length")).isEqualTo(Integer.toString(size));
    HttpResponse<byte[]> tail = ocean.get(url, "Range", "Bytes=-260");
    assertThat(Arrays.equals(tail.body(), Arrays.copyOfRange(value, size - 260, size))).isTrue();
    HttpResponse<byte[]> open = ocean.get(url, "Range", "bytes=" + (size - 10) + "-");
    assertThat(Arrays.equals(open.body(), Arrays.copyOfRange(value, size - 10, size))).isTrue();
  }

  @ParameterizedTest
  @MethodSource("values")
  void severalRangesComeAsParts(String key, int size) throws Exception {
    byte[] value = store(key, size);

    HttpResponse<byte[]> response =
        ocean.get(
            "/ocean/@main/" + key, "Range", "bytes=-5,0-9," + size / 2 + "-" + (size / 2 + 70));

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(Served.header(response, "Content-Length"))
        .isEqualTo(Integer.toString(response.body().length));
    List<Multipart.Part> parts = Multipart.parts(response);
    assertThat(parts)
        .extracting(Multipart.Part::contentRange)
        .containsExactly(
            "bytes " + (size - 5) + "-" + (size - 1) + "/" + size,
            "bytes 0-9/" + size,
            "bytes " + size / 2 + "-" + (size / 2 + 70) + "/" + size);
    assertThat(parts.get(0).body()).isEqualTo(Arrays.copyOfRange(value, size - 5, size));
    assertThat(parts.get(1).body()).isEqualTo(Arrays.copyOfRange(value, 0, 10));
    assertThat(parts.get(2).body()).isEqualTo(Arrays.copyOfRange(value, size / 2, size / 2 + 71));
  }

  @Test
  void nothingInsideTheValueIs416() throws Exception {
    store("c/0", 500);

    HttpResponse<byte[]> response = ocean.get("/ocean/@main/c/0", "Range", "bytes=500-");

    assertThat(response.statusCode()).isEqualTo(416);
    assertThat(Served.header(response, "Content-Range")).isEqualTo("bytes */500");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=5-4", "chunks=0-1", "5-10", "bytes=a-b"})
  void whatIsNoRangeIsIgnored(String header) throws Exception {
    byte[] value = store("c/0", 500);

    HttpResponse<byte[]> response = ocean.get("/ocean/@main/c/0", "Range", header);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(value);
  }

  @Test
  void ifRangeOfAnotherStateGivesAll() throws Exception {
    byte[] value = store("c/0", 500);
    String tag = '"' + Served.sha256(value) + '"';

    assertThat(ocean.get("/ocean/@main/c/0", "Range", "bytes=0-1", "If-Range", tag).statusCode())
        .isEqualTo(206);
    HttpResponse<byte[]> other =
        ocean.get("/ocean/@main/c/0", "Range", "bytes=0-1", "If-Range", "\"other\"");
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(other.body()).isEqualTo(value);
  }

  @Test
  void conditionsAreJudgedBeforeRanges() throws Exception {
    byte[] value = store("c/0", 500);
    String tag = '"' + Served.sha256(value) + '"';

    assertThat(ocean.get("/ocean/@main/c/0", "Range", "bytes=0-1", "If-Match", tag).statusCode())
        .isEqualTo(206);
    assertThat(
            ocean.get("/ocean/@main/c/0", "Range", "bytes=0-1", "If-Match", "\"x\"").statusCode())
        .isEqualTo(412);
    assertThat(
            ocean.get("/ocean/@main/c/0", "Range", "bytes=900-", "If-None-Match", tag).statusCode())
        .isEqualTo(304);
  }

  @Test
  void withoutMemoryForWholeValuesAllIsTheSame() throws Exception {
    ocean.close();
    ocean = Served.over(new MemoryBackend(), ServerLimits.usual().withHeldBytes(0));

    for (Arguments each : values().toList()) {
      String key = (String) each.get()[0];
      int size = (Integer) each.get()[1];
      everyRangeIsTheValuesOwnBytes(key, size);
      severalRangesComeAsParts(key, size);
    }
  }

  @Test
  void manyReadersAtOnceGetTheSame() throws Exception {
    byte[] value = store("c/0", LARGE);
    String expected = Served.sha256(Arrays.copyOfRange(value, LARGE - 100_000, LARGE));

    List<String> got =
        IntStream.range(0, 24)
            .parallel()
            .mapToObj(
                i -> Served.sha256(ocean.get("/ocean/@main/c/0", "Range", "bytes=-100000").body()))
            .toList();

    assertThat(got).hasSize(24).containsOnly(expected);
  }

  @Test
  void aPartNeverHoldsTheBoundary() throws Exception {
    byte[] value = store("c/0", 500);
    HttpResponse<byte[]> response = ocean.get("/ocean/@main/c/0", "Range", "bytes=0-1,3-4");
    String type = Served.header(response, "Content-Type");

    assertThat(type).startsWith("multipart/byteranges; boundary=");
    assertThat(new String(value, StandardCharsets.ISO_8859_1))
        .doesNotContain(type.substring(type.indexOf('=') + 1));
  }
}
