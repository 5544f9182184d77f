package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.zarr.ChunkKeyEncoding.Style;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {
  private static NodeDocument parsed(String name, String json) {
    DocumentReading reading = DocumentReader.read(name, TestRepository.bytes(json));
    assertThat(reading).isInstanceOf(DocumentReading.Parsed.class);
    return ((DocumentReading.Parsed) reading).document();
  }

  private static String unreadable(String name, String json) {
    DocumentReading reading = DocumentReader.read(name, TestRepository.bytes(json));
    assertThat(reading).isInstanceOf(DocumentReading.Unreadable.class);
    return ((DocumentReading.Unreadable) reading).reason();
  }

  @Test
  void readsAnArrayOfFormat3() {
    assertThat(parsed("zarr.json", Documents.array3("[10, 7]", "[4, 7]", "{}", "NaN")))
        .isEqualTo(
            new ArrayDocument(
                3,
                List.of(10L, 7L),
                List.of(4L, 7L),
                "int16",
                new ChunkKeyEncoding(Style.DEFAULT, '/'),
                false));
  }

  @Test
  void readsShorthandNamesAndDefaultSeparators() {
    String json =
        """
        {"zarr_format": 3, "node_type": "array", "shape": [], "data_type": {"name": "structured",
         "configuration": {"fields": []}},
         "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": []}},
         "chunk_key_encoding": "v2", "codecs": ["bytes"]}""";
    ArrayDocument array = (ArrayDocument) parsed("zarr.json", json);
    assertThat(array.keys()).isEqualTo(new ChunkKeyEncoding(Style.V2, '.'));
    assertThat(array.dataType()).isEqualTo("structured");
    assertThat(((ArrayDocument) parsed("zarr.json", json.replace("\"v2\"", "\"default\""))).keys())
        .isEqualTo(new ChunkKeyEncoding(Style.DEFAULT, '/'));
  }

  @Test
  void seesShards() {
    String json =
        Documents.array3("[8]", "[4]")
            .replace("\"name\": \"bytes\"", "\"name\": \"sharding_indexed\"");
    ArrayDocument array = (ArrayDocument) parsed("zarr.json", json);
    assertThat(array.sharded()).isTrue();
    assertThat(array.chunkShape()).containsExactly(4L);
  }

  @Test
  void readsAnArrayOfFormat2() {
    assertThat(parsed(".zarray", Documents.array2("[10]", "[4]")))
        .isEqualTo(
            new ArrayDocument(
                2, List.of(10L), List.of(4L), "<i2", new ChunkKeyEncoding(Style.V2, '.'), false));
    ArrayDocument nested =
        (ArrayDocument)
            parsed(".zarray", Documents.array2("[1]", "[1]", "\"dimension_separator\": \"/\", "));
    assertThat(nested.keys()).isEqualTo(new ChunkKeyEncoding(Style.V2, '/'));
    ArrayDocument record =
        (ArrayDocument)
            parsed(
                ".zarray", Documents.array2("[1]", "[1]").replace("\"<i2\"", "[[\"n\", \"<i4\"]]"));
    assertThat(record.dataType()).isEqualTo("[[\"n\",\"<i4\"]]");
  }

  @Test
  void readsGroups() {
    assertThat(parsed("zarr.json", Documents.group3())).isEqualTo(new GroupDocument(3));
    assertThat(parsed(".zgroup", Documents.group2())).isEqualTo(new GroupDocument(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "\"NaN\"", "1e400", "[1, 2]", "null"})
  void doesNotJudgeFillValues(String fill) {
    assertThat(parsed("zarr.json", Documents.array3("[1]", "[1]", "{}", fill)))
        .isInstanceOf(ArrayDocument.class);
  }

  @Test
  void doesNotNeedItsAttributes() {
    assertThat(
            parsed("zarr.json", Documents.array3("[1]", "[1]", "{\"a\": NaN, \"b\": [{}]}", "0")))
        .isEqualTo(parsed("zarr.json", Documents.array3("[1]", "[1]")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "{",
        "{}",
        "{} {}",
        "3",
        "\u0000",
        "{\"zarr_format\": 2}",
        "{\"zarr_format\": 3}",
        "{\"zarr_format\": 3, \"node_type\": \"table\"}",
        "{\"zarr_format\": 18446744073709551619, \"node_type\": \"group\"}",
        "{\"zarr_format\": 3.0, \"node_type\": \"group\"}",
        "{\"zarr_format\": 3, \"node_type\": \"array\"}",
        "{\"zarr_format\": 3, \"zarr_format\": 3, \"node_type\": \"group\"}",
        "{\"zarr_format\": 3, \"node_type\": \"group\", \"attributes\": {\"a\": 1, \"a\": 2}}",
        "{\"zarr_format\": 3, \"node_type\": \"group\"} x",
        "{'zarr_format': 3, \"node_type\": \"group\"}"
      })
  void whatCannotBeUnderstoodIsOpaque(String json) {
    assertThat(unreadable("zarr.json", json)).isNotBlank();
  }

  @Test
  void impossibleArraysAreOpaque() {
    assertThat(unreadable("zarr.json", Documents.array3("[10]", "[4, 4]"))).contains("dimensions");
    assertThat(unreadable("zarr.json", Documents.array3("[-1]", "[4]"))).contains("negative");
    assertThat(unreadable("zarr.json", Documents.array3("[1]", "[0]"))).contains("extent");
    assertThat(unreadable("zarr.json", Documents.array3("[1.5]", "[1]"))).contains("1.5");
    assertThat(unreadable("zarr.json", Documents.array3("[9223372036854775808]", "[1]")))
        .contains("9223372036854775808");
    assertThat(unreadable("zarr.json", Documents.array3("7", "[1]"))).contains("shape is 7");
    assertThat(
            unreadable(
                "zarr.json", Documents.array3("[1]", "[1]").replace("regular", "rectilinear")))
        .contains("rectilinear");
    assertThat(unreadable("zarr.json", Documents.array3("[1]", "[1]").replace("\"/\"", "\"-\"")))
        .contains("separator");
    assertThat(unreadable(".zarray", Documents.array2("[1]", "null"))).contains("null");
  }

  @Test
  void boundsNestingAndLength() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(
            unreadable("zarr.json", Documents.array3("[1]", "[1]", "{\"a\": " + deep + "}", "0")))
        .contains("nesting");
    String shallow = "[".repeat(150) + "]".repeat(150);
    assertThat(parsed("zarr.json", Documents.array3("[1]", "[1]", "{\"a\": " + shallow + "}", "0")))
        .isInstanceOf(ArrayDocument.class);
    assertThat(DocumentReader.read("zarr.json", ByteBuffer.allocate(DocumentReader.MAX_BYTES + 1)))
        .isInstanceOf(DocumentReading.Unreadable.class);
  }

  @Test
  void leavesTheBufferAsItWas() {
    ByteBuffer bytes = TestRepository.bytes("xx" + Documents.group3() + "yy");
    bytes.position(2).limit(bytes.limit() - 2);
    assertThat(DocumentReader.read("zarr.json", bytes.asReadOnlyBuffer()))
        .isEqualTo(new DocumentReading.Parsed(new GroupDocument(3)));
    DocumentReader.read("zarr.json", bytes);
    assertThat(bytes.position()).isEqualTo(2);
  }
}
