package dev.varve.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Nonce;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** How the vectors write bytes, numbers and hashes. */
final class VectorValues {
  private static final long MAX_PLAIN = (1L << 53) - 1;

  private VectorValues() {}

  static byte[] unhex(JsonNode text) {
    return HexFormat.of().parseHex(text.textValue());
  }

  static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HexFormat.of().formatHex(copy);
  }

  /** Bytes in hex, or by the pattern: so many bytes, byte j being j mod 251. */
  static byte[] content(JsonNode given) {
    if (given.has("bytes")) {
      return unhex(given.path("bytes"));
    }
    byte[] bytes = new byte[given.path("pattern").intValue()];
    for (int j = 0; j < bytes.length; j++) {
      bytes[j] = (byte) (j % 251);
    }
    return bytes;
  }

  /** A number, or a decimal string where JSON's numbers are not exact everywhere. */
  static long number(JsonNode given) {
    if (!given.isTextual()) {
      return given.longValue();
    }
    String text = given.textValue();
    return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
  }

  static void putNumber(ObjectNode out, String name, long value) {
    if (value > MAX_PLAIN || value < -MAX_PLAIN) {
      out.put(name, Long.toString(value));
    } else {
      out.put(name, value);
    }
  }

  static ContentHash hash(JsonNode text) {
    return ContentHash.parse(text.textValue());
  }

  static List<ContentHash> hashes(JsonNode list) {
    List<ContentHash> all = new ArrayList<>();
    list.forEach(each -> all.add(hash(each)));
    return all;
  }

  static Nonce nonce(JsonNode text) {
    ByteBuffer bytes = ByteBuffer.wrap(unhex(text));
    return new Nonce(bytes.getLong(), bytes.getLong());
  }

  static HashAlgorithm algorithm(JsonNode given) {
    return HashAlgorithm.ofLabel(given.path("hash").textValue()).orElseThrow();
  }
}
