package dev.varve.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An answer as it came through the socket, for requests that no client library sends. */
record RawAnswer(byte[] bytes) {
  /** Sends bytes as they are and reads until the server closes. */
  static RawAnswer of(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      return new RawAnswer(in.readAllBytes());
    }
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  int status() {
    String text = text();
    return text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : -1;
  }

  /** How many bytes came behind the head. */
  int bodyLength() {
    return bytes.length - (new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4);
  }
}
