package dev.varve.tools;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of bytes as HTTP writes it: {@code A-B} with both ends in it, {@code A-} to the end,
 * {@code -N} the last N. Immutable.
 *
 * @param first the first byte, or -1 where the range counts from the end
 * @param last the last byte, or how many bytes from the end; {@link Long#MAX_VALUE} is open
 * @param text as it was given
 */
record ByteRange(long first, long last, String text) {
  private static final Pattern FORM = Pattern.compile("([0-9]*)-([0-9]*)");

  /** Bytes of a value: {@code count} of them from {@code from} on; at least one. */
  record Slice(long from, long count) {}

  /** Reads a range; anything else is a mistake in the command line. */
  static ByteRange parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches() || text.length() == 1) {
      throw malformed(text, "it must be A-B, A- or -N");
    }
    long first = parts.group(1).isEmpty() ? -1 : number(parts.group(1));
    long last = parts.group(2).isEmpty() ? Long.MAX_VALUE : number(parts.group(2));
    if (first > last) {
      throw malformed(text, "its end lies before its beginning");
    }
    return new ByteRange(first, last, text);
  }

  /** What the range selects of a value with a length; nothing is a mistake in the command line. */
  Slice of(long length) {
    long from = first >= 0 ? first : Math.max(0, length - last);
    long end = first >= 0 ? Math.min(length - 1, last) : length - 1;
    if (from > end) {
      throw Refusal.usage(
          "the range " + text + " selects nothing of a value of " + length + " bytes",
          length == 0 ? "the value is empty" : "its bytes are 0-" + (length - 1));
    }
    return new Slice(from, end - from + 1);
  }

  /** Beyond any value, all numbers are alike. */
  private static long number(String digits) {
    String plain = digits.replaceFirst("^0+(?=.)", "");
    return plain.length() > 18 ? Long.MAX_VALUE : Long.parseLong(plain);
  }

  private static Refusal malformed(String text, String rule) {
    return Refusal.usage(
        "not a valid range: '" + text + "': " + rule,
        "as in HTTP: 0-99 is the first hundred bytes");
  }
}
