package dev.varve.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.zarr.ChunkKeyEncoding.Style;
import dev.varve.zarr.Json.NotReadable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the documents that make nodes. What it does not need it does not judge: fill values, codecs
 * and attributes may be anything. Thread-safe.
 *
 * <p>Memory: some ten times what is needed of a document; attributes and consolidated metadata are
 * skipped as they stream by.
 */
public final class DocumentReader {
  /** Longer documents are unreadable, in bytes; a value up to this length is read as one buffer. */
  public static final int MAX_BYTES = 8 << 20;

  private static final Set<String> NEEDED =
      Set.of(
          "zarr_format",
          "node_type",
          "shape",
          "data_type",
          "chunk_grid",
          "chunk_key_encoding",
          "codecs",
          "chunks",
          "dtype",
          "dimension_separator");

  private DocumentReader() {}

  /**
   * Reads a document.
   *
   * @param name the last segment of its key: {@code zarr.json}, {@code .zarray} or {@code .zgroup}
   * @param bytes the remaining bytes; the buffer's position is unchanged
   */
  public static DocumentReading read(String name, ByteBuffer bytes) {
    if (bytes.remaining() > MAX_BYTES) {
      return tooLong(bytes.remaining());
    }
    try {
      ObjectNode document = Json.object(bytes, NEEDED::contains);
      return new DocumentReading.Parsed(
          switch (name) {
            case ZarrKeys.ZARR_JSON -> version3(document);
            case ZarrKeys.ZARRAY -> array2(document);
            case ZarrKeys.ZGROUP -> group2(document);
            default -> throw new IllegalArgumentException("no document of a node: " + name);
          });
    } catch (NotReadable unreadable) {
      return new DocumentReading.Unreadable(String.valueOf(unreadable.getMessage()));
    }
  }

  /** What is answered for a document that is not even read. */
  static DocumentReading.Unreadable tooLong(long length) {
    return new DocumentReading.Unreadable(
        "it has " + length + " bytes; documents up to " + MAX_BYTES + " are read");
  }

  private static NodeDocument version3(ObjectNode document) throws NotReadable {
    requireFormat(document, 3);
    String type = document.path("node_type").asText();
    return switch (type) {
      case "group" -> new GroupDocument(3);
      case "array" -> array3(document);
      default -> throw new NotReadable("node_type is " + shown(document.path("node_type")));
    };
  }

  private static GroupDocument group2(ObjectNode document) throws NotReadable {
    requireFormat(document, 2);
    return new GroupDocument(2);
  }

  private static ArrayDocument array2(ObjectNode document) throws NotReadable {
    requireFormat(document, 2);
    JsonNode separator = document.path("dimension_separator");
    JsonNode dtype = document.path("dtype");
    return array(
        2,
        document.path("shape"),
        document.path("chunks"),
        dtype.isTextual() ? dtype.textValue() : dtype.toString(),
        new ChunkKeyEncoding(Style.V2, separator(separator, '.')),
        false);
  }

  private static ArrayDocument array3(ObjectNode document) throws NotReadable {
    JsonNode grid = document.path("chunk_grid");
    if (!extension(grid).equals("regular")) {
      throw new NotReadable("chunk_grid is " + shown(grid) + "; only regular grids are known");
    }
    return array(
        3,
        document.path("shape"),
        grid.path("configuration").path("chunk_shape"),
        extension(document.path("data_type")),
        encoding(document.path("chunk_key_encoding")),
        sharded(document.path("codecs")));
  }

  private static ChunkKeyEncoding encoding(JsonNode node) throws NotReadable {
    JsonNode separator = node.path("configuration").path("separator");
    return switch (extension(node)) {
      case "default" -> new ChunkKeyEncoding(Style.DEFAULT, separator(separator, '/'));
      case "v2" -> new ChunkKeyEncoding(Style.V2, separator(separator, '.'));
      default -> throw new NotReadable("chunk_key_encoding is " + shown(node));
    };
  }

  private static char separator(JsonNode node, char absent) throws NotReadable {
    if (node.isMissingNode() || node.isNull()) {
      return absent;
    }
    return switch (node.asText()) {
      case "/" -> '/';
      case "." -> '.';
      default -> throw new NotReadable("the separator is " + shown(node));
    };
  }

  private static boolean sharded(JsonNode codecs) {
    for (JsonNode codec : codecs) {
      if (extension(codec).equals("sharding_indexed")) {
        return true;
      }
    }
    return false;
  }

  /**
   * The name of an extension point, which is written as an object with a name, or as the bare name.
   */
  private static String extension(JsonNode node) {
    return node.isTextual() ? node.textValue() : node.path("name").asText();
  }

  private static ArrayDocument array(
      int format,
      JsonNode shape,
      JsonNode chunks,
      String dataType,
      ChunkKeyEncoding encoding,
      boolean sharded)
      throws NotReadable {
    try {
      return new ArrayDocument(
          format,
          lengths("shape", shape),
          lengths("the chunk shape", chunks),
          dataType,
          encoding,
          sharded);
    } catch (IllegalArgumentException impossible) {
      throw new NotReadable(String.valueOf(impossible.getMessage()));
    }
  }

  private static List<Long> lengths(String what, JsonNode node) throws NotReadable {
    if (!node.isArray()) {
      throw new NotReadable(what + " is " + shown(node));
    }
    List<Long> lengths = new ArrayList<>(node.size());
    for (JsonNode length : node) {
      if (!length.isIntegralNumber() || !length.canConvertToLong()) {
        throw new NotReadable(what + " holds " + shown(length));
      }
      lengths.add(length.longValue());
    }
    return lengths;
  }

  private static void requireFormat(ObjectNode document, int expected) throws NotReadable {
    JsonNode format = document.path("zarr_format");
    if (!format.isIntegralNumber() || !format.canConvertToInt() || format.intValue() != expected) {
      throw new NotReadable("zarr_format is " + shown(format) + ", not " + expected);
    }
  }

  private static String shown(JsonNode node) {
    if (node.isMissingNode()) {
      return "absent";
    }
    String text = node.toString();
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }
}
