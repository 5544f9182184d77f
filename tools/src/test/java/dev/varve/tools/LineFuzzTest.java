package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import org.junit.jupiter.api.Test;

/** Any text as lines of edits, ranges and arguments. */
class LineFuzzTest {
  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(Throwable cause) {
      super(cause);
    }
  }

  @Test
  void linesOfEditsAreReadOrRefused() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "edit line",
                text -> {
                  try {
                    EditLine.parse(text);
                  } catch (EditLine.Malformed refused) {
                    throw new Malformed(refused);
                  }
                },
                Malformed.class)
            .seeded(
                "{\"put\":\"a/c/0\",\"base64\":\"AAAA\"}",
                "{\"put\":\"a\",\"file\":\"x\"}",
                "{\"delete\":\"a\"}",
                "{\"commit\":\"m\"}")
            .speaking("{", "}", "\"", ":", ",", "[[[[[[[[", "\"put\":", "\\ud800", "null", "=")
            .allocating(512, 256 << 10);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(4);
  }

  @Test
  void rangesAreRefusedOrLieWithinTheValue() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "range",
                text -> {
                  ByteRange.Slice slice = ByteRange.parse(text).of(1000);
                  if (slice.from() < 0
                      || slice.count() < 1
                      || slice.from() + slice.count() > 1000) {
                    throw new AssertionError("outside of the value: " + slice);
                  }
                },
                Refusal.class)
            .seeded("0-99", "5-", "-7")
            .speaking("-", "9223372036854775807", "99999999999999999999", "0000000", "+", " ");
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(2);
  }

  @Test
  void argumentsAreReadAsGivenOrLeft() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "arguments",
                bytes -> {
                  String[] decoded = {"a", "b"};
                  if (Arguments.asGiven(decoded, bytes).length != decoded.length) {
                    throw new AssertionError("other arguments than there are");
                  }
                })
            .allocating(512, 64 << 10)
            .seeded("java\0Main\0\u00e9\0b\0")
            .speaking("\0", "\0\0");
    Fuzz.run(target);
  }
}
