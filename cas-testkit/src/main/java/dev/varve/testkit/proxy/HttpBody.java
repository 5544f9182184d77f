package dev.varve.testkit.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Bodies, read whole and kept as they were sent, with the marks of their chunks. */
final class HttpBody {
  private HttpBody() {}

  static byte[] ofRequest(HttpHead head, InputStream in) throws IOException {
    return head.has("Transfer-Encoding", "chunked") ? chunks(in) : counted(head, in, false);
  }

  static byte[] ofAnswer(HttpHead head, String method, InputStream in) throws IOException {
    int status = head.status();
    if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
      return new byte[0];
    }
    return head.has("Transfer-Encoding", "chunked") ? chunks(in) : counted(head, in, true);
  }

  private static byte[] counted(HttpHead head, InputStream in, boolean toTheEnd)
      throws IOException {
    int length = Integer.parseInt(head.header("Content-Length").orElse("-1"));
    if (length < 0) {
      return toTheEnd ? in.readAllBytes() : new byte[0];
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("it ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int size;
    do {
      String line = line(in, all);
      size = Integer.parseInt(line.split(";", 2)[0].strip(), 16);
      all.writeBytes(in.readNBytes(size));
      while (!line(in, all).isEmpty() && size == 0) {
        // A trailer.
      }
    } while (size > 0);
    return all.toByteArray();
  }

  private static String line(InputStream in, ByteArrayOutputStream copy) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = 0;
    while (next != '\n') {
      next = in.read();
      if (next < 0) {
        throw new EOFException("it ended within its chunks");
      }
      line.write(next);
    }
    copy.writeBytes(line.toByteArray());
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
