package dev.varve.tools;

import dev.varve.hash.ContentHash;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of JSON, written as it is built: keys stay in the order given, texts are escaped by RFC
 * 8259, and half a surrogate pair becomes an escape, so that the line always encodes to valid
 * UTF-8. One thread.
 */
final class JsonLine {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder(160).append('{');

  private JsonLine() {}

  /** A line of a type. */
  static JsonLine of(String type) {
    return new JsonLine().put("type", type);
  }

  /** An object without a type, to stand inside another. */
  static JsonLine nested() {
    return new JsonLine();
  }

  /** A text, or null. */
  JsonLine put(String name, @Nullable String value) {
    name(name);
    if (value == null) {
      out.append("null");
    } else {
      quote(value, out);
    }
    return this;
  }

  /** A hash in hex. */
  JsonLine put(String name, ContentHash value) {
    return put(name, value.toString());
  }

  /** A whole number. */
  JsonLine put(String name, long value) {
    name(name).append(value);
    return this;
  }

  /** A truth value. */
  JsonLine put(String name, boolean value) {
    name(name).append(value);
    return this;
  }

  /** A list of texts, each by its {@code toString}. */
  JsonLine texts(String name, Iterable<?> values) {
    name(name).append('[');
    String comma = "";
    for (Object value : values) {
      out.append(comma);
      quote(value.toString(), out);
      comma = ",";
    }
    out.append(']');
    return this;
  }

  /** A list of whole numbers. */
  JsonLine numbers(String name, List<? extends Number> values) {
    name(name).append('[');
    String comma = "";
    for (Number value : values) {
      out.append(comma).append(value);
      comma = ",";
    }
    out.append(']');
    return this;
  }

  /** A list of objects. */
  JsonLine objects(String name, Iterable<JsonLine> values) {
    name(name).append('[');
    String comma = "";
    for (JsonLine value : values) {
      out.append(comma).append(value);
      comma = ",";
    }
    out.append(']');
    return this;
  }

  /** An object of texts, in the map's order. */
  JsonLine texts(String name, Map<String, String> values) {
    JsonLine inner = nested();
    values.forEach(inner::put);
    return json(name, inner.toString());
  }

  /** A value that is JSON already, but for characters that only this class escapes. */
  JsonLine json(String name, String value) {
    StringBuilder text = name(name);
    for (int i = 0; i < value.length(); i++) {
      i += character(value, i, text);
    }
    return this;
  }

  private StringBuilder name(String name) {
    if (out.length() > 1) {
      out.append(',');
    }
    quote(name, out);
    return out.append(':');
  }

  /** The object, without a line break. */
  @Override
  public String toString() {
    return out + "}";
  }

  /** Appends a text as a JSON string. */
  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c < ' ') {
        escape(c, out);
      } else {
        i += character(text, i, out);
      }
    }
    out.append('"');
  }

  /**
   * Appends the character at an index, escaped where a reader of lines could take it for a line's
   * end or UTF-8 cannot hold it; returns how many further places of the text it took.
   */
  private static int character(String text, int at, StringBuilder out) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1))) {
      out.append(c).append(text.charAt(at + 1));
      return 1;
    }
    if (Character.isSurrogate(c) || c == 0x7F || c == 0x85 || c == '\u2028' || c == '\u2029') {
      escape(c, out);
    } else {
      out.append(c);
    }
    return 0;
  }

  private static void escape(char c, StringBuilder out) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(HEX.charAt(c >> shift & 15));
    }
  }
}
