package dev.varve.zarr;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * File names as the bytes that the file system holds. Java's strings for them depend on the locale,
 * and lose what the locale cannot say; a path's URI has the bytes themselves.
 */
final class RawNames {
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

  private RawNames() {}

  /** The bytes of a path's last name. */
  static byte[] nameOf(Path path) {
    Path last = path.getFileName();
    String text = last == null ? "" : last.toString();
    return isAscii(text) ? text.getBytes(StandardCharsets.US_ASCII) : decode(path.toUri());
  }

  /** The path of a name of these bytes in a directory; it may have several segments. */
  static Path resolve(Path directory, byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    if (isAscii(text)) {
      return directory.resolve(text);
    }
    String parent = directory.toUri().toString();
    return Path.of(URI.create((parent.endsWith("/") ? parent : parent + "/") + encode(name)));
  }

  /** The bytes as text, with marks where they are no UTF-8; for messages. */
  static String shown(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  private static boolean isAscii(String text) {
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      all |= text.charAt(i);
    }
    return all < 128;
  }

  private static byte[] decode(URI uri) {
    String path = uri.getRawPath();
    int end = path.endsWith("/") ? path.length() - 1 : path.length();
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (int i = path.lastIndexOf('/', end - 1) + 1; i < end; i++) {
      if (path.charAt(i) == '%') {
        name.write(Integer.parseInt(path.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        name.write(path.charAt(i));
      }
    }
    return name.toByteArray();
  }

  private static String encode(byte[] name) {
    StringBuilder out = new StringBuilder();
    for (byte b : name) {
      char c = (char) (b & 0xFF);
      if (PLAIN.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append(String.format("%%%02X", (int) c));
      }
    }
    return out.toString();
  }
}
