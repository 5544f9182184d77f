package dev.varve.server;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.eclipse.jetty.http.HttpDateTime;

/** Dates as HTTP writes them. */
final class HttpDates {
  /** A date and how it is written: most answers in a row have the same. */
  private record Written(long millis, String text) {}

  private static volatile Written last = new Written(0, "Thu, 01 Jan 1970 00:00:00 GMT");

  private HttpDates() {}

  /**
   * When something was last modified. A commit made by a clock that runs ahead is dated now, as RFC
   * 9110 section 8.8.2.1 asks; nothing is decided by the difference.
   */
  static String lastModified(long millis) {
    long dated = Math.max(0, Math.min(millis, System.currentTimeMillis()));
    Written known = last;
    if (known.millis != dated) {
      known =
          new Written(
              dated, HttpDateTime.format(Instant.ofEpochMilli(dated).atZone(ZoneOffset.UTC)));
      last = known;
    }
    return known.text;
  }

  /** Seconds since 1970, or -1 where the date is in none of HTTP's three forms. */
  static long seconds(String date) {
    try {
      ZonedDateTime parsed = HttpDateTime.parse(date.strip());
      return parsed == null ? -1 : parsed.toEpochSecond();
    } catch (DateTimeException | IllegalArgumentException unreadable) {
      return -1;
    }
  }
}
