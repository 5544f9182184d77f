package dev.varve.testkit.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The first line and the headers of a message, as they were sent. Immutable.
 *
 * @param first the request line or the status line
 * @param headers each as "Name: value"
 */
record HttpHead(String first, List<String> headers) {
  private static final int MAX_BYTES = 1 << 16;

  /** The next head of a stream, or empty where it ended before one began. */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 4) {
      int next = in.read();
      if (next < 0) {
        if (bytes.size() == 0) {
          return Optional.empty();
        }
        throw new EOFException("it ended within its headers");
      }
      bytes.write(next);
      ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : next == '\r' ? 1 : 0;
      if (bytes.size() > MAX_BYTES) {
        throw new IOException("its headers have more than " + MAX_BYTES + " bytes");
      }
    }
    List<String> lines = bytes.toString(StandardCharsets.ISO_8859_1).lines().toList();
    return Optional.of(new HttpHead(lines.get(0), lines.subList(1, lines.size() - 1)));
  }

  Optional<String> header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return headers.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst();
  }

  boolean has(String name, String value) {
    return header(name).filter(value::equalsIgnoreCase).isPresent();
  }

  HttpHead without(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return new HttpHead(
        first,
        headers.stream().filter(line -> !line.toLowerCase(Locale.ROOT).startsWith(start)).toList());
  }

  /** Word {@code index} of the first line. */
  String word(int index) {
    return first.split(" ", 3)[index];
  }

  int status() {
    return Integer.parseInt(word(1));
  }

  byte[] bytes() {
    return (first
            + "\r\n"
            + headers.stream().map(line -> line + "\r\n").collect(Collectors.joining())
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
