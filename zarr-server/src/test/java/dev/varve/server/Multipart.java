package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Takes a multipart answer apart, as RFC 2046 has it. */
final class Multipart {
  private Multipart() {}

  record Part(String contentRange, byte[] body) {}

  static List<Part> parts(HttpResponse<byte[]> response) {
    String type = Served.header(response, "Content-Type");
    assertThat(type).startsWith("multipart/byteranges; boundary=");
    String boundary = type.substring(type.indexOf('=') + 1);
    String all = new String(response.body(), StandardCharsets.ISO_8859_1);
    String open = "--" + boundary + "\r\n";
    String end = "\r\n--" + boundary + "--\r\n";
    assertThat(all).startsWith(open).endsWith(end);
    List<Part> parts = new ArrayList<>();
    String inner = all.substring(open.length(), all.length() - end.length());
    for (String part : inner.split("\r\n--" + boundary + "\r\n", -1)) {
      int head = part.indexOf("\r\n\r\n");
      String range =
          part.substring(0, head)
              .lines()
              .filter(line -> line.startsWith("Content-Range: "))
              .findFirst()
              .orElseThrow();
      assertThat(part.substring(0, head)).contains("Content-Type: ");
      parts.add(
          new Part(
              range.substring("Content-Range: ".length()),
              part.substring(head + 4).getBytes(StandardCharsets.ISO_8859_1)));
    }
    return parts;
  }
}
