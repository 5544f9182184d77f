package dev.varve.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request: split at '/', then percent-decoded, once. So a revision may hold an
 * encoded '/', and no decoded text is ever decoded again. Dots mean nothing here: {@code ..} is a
 * segment like any other, which no key and no repository has. Several '/' together count as one: no
 * key has an empty segment, and clients that are given a root with a '/' at its end add another.
 * Immutable.
 *
 * @param segments the decoded segments, none of them empty
 * @param directory whether the path ended in '/'
 */
record RequestPath(List<String> segments, boolean directory) {
  /** The longest path that is looked at, in characters as sent. */
  static final int MAX_LENGTH = 8000;

  private static final String UNRESERVED = "-._~";

  RequestPath {
    segments = List.copyOf(segments);
  }

  /**
   * Parses a path as it was sent.
   *
   * @throws HttpFailure 400 where the encoding is broken, 414 where the path is too long
   */
  static RequestPath parse(String raw) {
    if (raw.length() > MAX_LENGTH) {
      throw new HttpFailure(
          Problem.of(
              414,
              "path-too-long",
              "the path has " + raw.length() + " characters, at most " + MAX_LENGTH + " are read"));
    }
    if (!raw.startsWith("/")) {
      throw new HttpFailure(Problem.of(400, "bad-path", "the path does not begin with '/'"));
    }
    boolean directory = raw.endsWith("/");
    List<String> segments = new ArrayList<>();
    if (raw.length() > 1) {
      String inner = raw.substring(1, directory ? raw.length() - 1 : raw.length());
      for (String segment : inner.split("/", -1)) {
        if (!segment.isEmpty()) {
          segments.add(decode(segment));
        }
      }
    }
    return new RequestPath(segments, directory);
  }

  /** The segments from one on, parted by '/'. */
  String from(int first) {
    return String.join("/", segments.subList(Math.min(first, segments.size()), segments.size()));
  }

  /** Decodes {@code %XX} and nothing else; what is there must then be UTF-8. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); ) {
      if (text.charAt(i) == '%') {
        int high = i + 2 < text.length() ? digit(text.charAt(i + 1)) : -1;
        int low = i + 2 < text.length() ? digit(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw new HttpFailure(
              Problem.of(
                  400, "bad-path", "'%' is not followed by two hex digits; write %25 for it"));
        }
        bytes.write(high << 4 | low);
        i += 3;
      } else {
        int code = text.codePointAt(i);
        byte[] utf8 = Character.toString(code).getBytes(StandardCharsets.UTF_8);
        bytes.write(utf8, 0, utf8.length);
        i += Character.charCount(code);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException bad) {
      throw new HttpFailure(
          Problem.of(400, "bad-path", "the percent-encoded bytes are not UTF-8"), bad);
    }
  }

  private static int digit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /** One segment as it stands in a URL: all but letters, digits and {@code -._~} is encoded. */
  static String encode(String segment) {
    StringBuilder out = new StringBuilder(segment.length() + 16);
    for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || UNRESERVED.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return out.toString();
  }

  /** A key or directory as it stands in a URL, its '/' kept. */
  static String encodePath(String path) {
    StringBuilder out = new StringBuilder(path.length() + 16);
    int start = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
      out.append(encode(path.substring(start, slash))).append('/');
      start = slash + 1;
    }
    return out.append(encode(path.substring(start))).toString();
  }
}
