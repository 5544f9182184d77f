package dev.varve.zarr;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * JSON as Zarr libraries write it: besides the standard, NaN, Infinity and -Infinity as bare words.
 * Duplicate names, and nesting deeper than {@value #MAX_DEPTH}, are refused. Thread-safe.
 */
final class Json {
  /** The deepest nesting of objects and lists that is read. */
  static final int MAX_DEPTH = 200;

  /** Names and numbers are not worth remembering between documents: nothing here grows. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .build();

  private Json() {}

  /** The bytes are not one JSON object that can be read; the message is a phrase for people. */
  static final class NotReadable extends Exception {
    private static final long serialVersionUID = 1L;

    NotReadable(String phrase) {
      super(phrase, null, false, false);
    }
  }

  /**
   * The members of the one object that the bytes hold, of those names that are wanted; the rest is
   * checked for being JSON and not kept. The buffer's position is unchanged.
   */
  static ObjectNode object(ByteBuffer bytes, Predicate<String> wanted) throws NotReadable {
    byte[] json = new byte[bytes.remaining()];
    bytes.duplicate().get(json);
    ObjectNode members = MAPPER.createObjectNode();
    try (JsonParser parser = MAPPER.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new NotReadable("it is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (wanted.test(name)) {
          members.set(name, MAPPER.<JsonNode>readTree(parser));
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new NotReadable("something follows the JSON object");
      }
    } catch (IOException broken) {
      throw new NotReadable("it is not JSON that can be read: " + firstLine(broken));
    }
    return members;
  }

  private static String firstLine(IOException broken) {
    String message = String.valueOf(broken.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
