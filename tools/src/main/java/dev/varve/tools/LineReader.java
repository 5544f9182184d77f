package dev.varve.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 from a stream, numbered from 1. A line may have {@value #MAX_BYTES} bytes; what is
 * held is one line. One thread.
 */
final class LineReader {
  /** The longest line, in bytes. */
  static final int MAX_BYTES = 64 << 20;

  private final InputStream in;
  private final byte[] part = new byte[1 << 16];
  private int at;
  private int end;
  private long number;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** The number of the line returned last. */
  long number() {
    return number;
  }

  /**
   * The next line without its end, or null after the last.
   *
   * @throws EditLine.Malformed where it is too long or not UTF-8
   */
  @Nullable String next() throws IOException, EditLine.Malformed {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    number++;
    while (true) {
      if (at == end) {
        end = in.read(part, 0, part.length);
        at = 0;
        if (end <= 0) {
          end = 0;
          return line.size() == 0 ? null : text(line.toByteArray());
        }
      }
      int from = at;
      while (at < end && part[at] != '\n') {
        at++;
      }
      if (line.size() + (at - from) > MAX_BYTES) {
        throw new EditLine.Malformed("it is longer than " + MAX_BYTES + " bytes");
      }
      line.write(part, from, at - from);
      if (at < end) {
        at++;
        return text(line.toByteArray());
      }
    }
  }

  private static String text(byte[] line) throws EditLine.Malformed {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(line))
          .toString();
    } catch (CharacterCodingException bad) {
      throw new EditLine.Malformed("it is not UTF-8");
    }
  }
}
