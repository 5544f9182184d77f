package dev.varve.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a Range header asks of a value, by RFC 9110 section 14. A header that is malformed, or of
 * another unit, asks for nothing and is ignored; the unit's name is read in any case of letters.
 */
final class ByteRanges {
  /** More ranges than this in one request are taken for an attack, and ignored. */
  static final int MAX_RANGES = 256;

  private ByteRanges() {}

  /**
   * Bytes of a value.
   *
   * @param first position of the first byte
   * @param last position of the last byte, which is included
   */
  record Span(long first, long last) {
    /** Number of bytes, at least 1. */
    long length() {
      return last - first + 1;
    }

    /** As in {@code bytes 0-499/1234}. */
    String contentRange(long length) {
      return "bytes " + first + "-" + last + "/" + length;
    }
  }

  /** What is to be sent. */
  sealed interface Selection {
    /** All of it: no range, or one to be ignored. */
    record Whole() implements Selection {}

    /** These bytes, in the order asked; never none. */
    record Parts(List<Span> spans) implements Selection {
      /** Takes a copy. */
      public Parts {
        spans = List.copyOf(spans);
      }
    }

    /** Nothing that was asked for is there. */
    record Unsatisfiable() implements Selection {}
  }

  /** Reads a header for a value of so many bytes. */
  static Selection select(@Nullable String header, long length) {
    if (header == null) {
      return new Selection.Whole();
    }
    int equals = header.indexOf('=');
    if (equals < 0
        || !header.substring(0, equals).strip().toLowerCase(Locale.ROOT).equals("bytes")) {
      return new Selection.Whole();
    }
    List<Span> spans = new ArrayList<>();
    int asked = 0;
    boolean wholeOfNothing = false;
    long bytes = 0;
    for (String part : header.substring(equals + 1).split(",", -1)) {
      String spec = part.strip();
      if (spec.isEmpty()) {
        continue;
      }
      int dash = spec.indexOf('-');
      if (dash < 0 || ++asked > MAX_RANGES) {
        return new Selection.Whole();
      }
      long first = number(spec.substring(0, dash));
      long last = number(spec.substring(dash + 1));
      if (first == MALFORMED || last == MALFORMED || first == ABSENT && last == ABSENT) {
        return new Selection.Whole();
      }
      if (first != ABSENT && last != ABSENT && last < first) {
        return new Selection.Whole();
      }
      Span span;
      if (first == ABSENT) {
        wholeOfNothing |= last > 0 && length == 0;
        if (last == 0 || length == 0) {
          continue;
        }
        span = new Span(Math.max(0, length - last), length - 1);
      } else if (first >= length) {
        continue;
      } else {
        span = new Span(first, last == ABSENT ? length - 1 : Math.min(last, length - 1));
      }
      spans.add(span);
      bytes += span.length();
    }
    if (asked == 0 || wholeOfNothing) {
      // A suffix of an empty value is satisfiable, and all of it; no Content-Range could say so.
      return new Selection.Whole();
    }
    if (spans.isEmpty()) {
      return new Selection.Unsatisfiable();
    }
    // Overlapping ranges that add up to more than the value would make a small request a large
    // answer.
    return spans.size() > 1 && bytes > length ? new Selection.Whole() : new Selection.Parts(spans);
  }

  private static final long ABSENT = -1;
  private static final long MALFORMED = -2;

  /** A number of any length; what exceeds a long counts as its largest. */
  private static long number(String digits) {
    if (digits.isEmpty()) {
      return ABSENT;
    }
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return MALFORMED;
      }
      number = number > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : number * 10 + (c - '0');
    }
    return number;
  }
}
