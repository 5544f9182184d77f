package dev.varve.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The JSON that the server writes: strict, members in the order in which they were put. */
final class Json {
  /** The media type. */
  static final String TYPE = "application/json";

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  /** An object of a type. */
  static ObjectNode of(String type) {
    return object().put("type", type);
  }

  /** An empty object. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** An empty list. */
  static ArrayNode list() {
    return MAPPER.createArrayNode();
  }

  /** UTF-8, ending in a line break. */
  static byte[] bytes(JsonNode node) {
    try {
      byte[] json = MAPPER.writeValueAsBytes(node);
      byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    } catch (JsonProcessingException never) {
      throw new IllegalStateException("a tree of nodes is always JSON", never);
    }
  }

  /** ISO 8601 in UTC, with milliseconds. */
  static String time(long millis) {
    return MILLIS.format(Instant.ofEpochMilli(millis));
  }
}
