package dev.varve.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.varve.error.InvalidNameException;
import dev.varve.tree.Key;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One line of edits. Immutable.
 *
 * <p>A line is one JSON object of texts, exactly one of: {@code {"put":KEY,"file":PATH}}, {@code
 * {"put":KEY,"base64":TEXT}}, {@code {"delete":KEY}}, {@code {"commit":MESSAGE}}.
 */
sealed interface EditLine {
  /** The value is in a file. */
  record PutFile(Key key, String file) implements EditLine {}

  /** The value stands in the line. */
  record PutBytes(Key key, byte[] bytes) implements EditLine {}

  /** The key goes, if it is there. */
  record Delete(Key key) implements EditLine {}

  /** The edits so far become a commit. */
  record Commit(String message) implements EditLine {}

  /** A line is none of these; the message is a phrase for people. */
  final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String phrase) {
      super(phrase);
    }
  }

  /** Strict JSON: no comments, no second value of a name, no text longer than a line can be. */
  JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(LineReader.MAX_BYTES)
                  .maxNestingDepth(4)
                  .build())
          .build();

  /** Reads a line. */
  static EditLine parse(String line) throws Malformed {
    Map<String, String> members = members(line);
    Set<String> names = members.keySet();
    try {
      if (names.equals(Set.of("put", "file"))) {
        return new PutFile(
            Key.of(members.getOrDefault("put", "")), members.getOrDefault("file", ""));
      }
      if (names.equals(Set.of("put", "base64"))) {
        byte[] bytes = Base64.getDecoder().decode(members.getOrDefault("base64", ""));
        return new PutBytes(Key.of(members.getOrDefault("put", "")), bytes);
      }
      if (names.equals(Set.of("delete"))) {
        return new Delete(Key.of(members.getOrDefault("delete", "")));
      }
      if (names.equals(Set.of("commit"))) {
        return new Commit(members.getOrDefault("commit", ""));
      }
    } catch (InvalidNameException wrong) {
      throw new Malformed(String.valueOf(wrong.getMessage()));
    } catch (IllegalArgumentException notBase64) {
      throw new Malformed("the value is not base64: " + notBase64.getMessage());
    }
    throw new Malformed(
        "it has the members "
            + names
            + "; put with file or base64, or delete, or commit are expected");
  }

  private static Map<String, String> members(String line) throws Malformed {
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Malformed("it is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw new Malformed("the value of \"" + name + "\" is not a text");
        }
        members.put(name, parser.getText());
      }
      if (parser.nextToken() != null) {
        throw new Malformed("something follows the JSON object");
      }
    } catch (IOException broken) {
      throw new Malformed(
          "it is not JSON: " + String.valueOf(broken.getMessage()).lines().findFirst().orElse(""));
    }
    return members;
  }
}
