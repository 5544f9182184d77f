package dev.varve.tools;

import dev.varve.hash.ContentHash;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How numbers, times and names read in words for people, and times in JSON. */
final class Words {
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Words() {}

  /** ISO 8601 in UTC, always with milliseconds. */
  static String time(long millis) {
    return MILLIS.format(Instant.ofEpochMilli(millis));
  }

  /** A time to the minute, for people. */
  static String when(long millis) {
    return MINUTES.format(Instant.ofEpochMilli(millis));
  }

  /** A number of bytes with a binary unit. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    return String.format(
        Locale.ROOT, "%.1f %s", bytes / (double) (1L << 10 * unit), UNITS[unit - 1]);
  }

  /** A number with its thousands parted. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A number and its noun. */
  static String count(long number, String noun) {
    return count(number) + " " + (number == 1 ? noun : noun + "s");
  }

  /** Enough of a hash to name a commit. */
  static String brief(ContentHash hash) {
    return hash.toString().substring(0, 12);
  }

  /** A shape or chunk coordinates, as in {@code 4 x 11 x 21}; a scalar has none. */
  static String shape(long[] lengths) {
    return lengths.length == 0
        ? "scalar"
        : Arrays.stream(lengths).mapToObj(Long::toString).collect(Collectors.joining(" x "));
  }

  /** Chunk coordinates, as in {@code (0, 3)}. */
  static String coordinates(long[] coordinates) {
    return Arrays.stream(coordinates)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** The first line of a message. */
  static String subject(String message) {
    return safe(message.lines().findFirst().orElse(""));
  }

  /** A text from a repository without characters that could steer a terminal. */
  static String safe(String text) {
    if (text.chars().noneMatch(c -> Character.getType(c) == Character.CONTROL)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (Character.getType(c) == Character.CONTROL) {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                out.append((char) c);
              }
            });
    return out.toString();
  }
}
