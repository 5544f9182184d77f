package dev.varve.server;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Pages as text: one style for all, no script, nothing from elsewhere. Every text from a repository
 * passes {@link #escape}.
 */
final class Html {
  /** The media type. */
  static final String TYPE = "text/html; charset=utf-8";

  /** Browsers run and load nothing on these pages. */
  static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self';"
          + " form-action 'none'; frame-ancestors 'none'";

  private static final String COLOURS =
      ":root{color-scheme:light dark;--ink:#22302f;--soft:#5d6b69;--page:#fbfaf6;--card:#fff;"
          + "--line:#ddd8cb;--link:#0b6b62;--band1:#c9b892;--band2:#8d7a57;--band3:#e6dcc3}"
          + "@media(prefers-color-scheme:dark){:root{--ink:#e4e2da;--soft:#9aa5a2;--page:#161b1b;"
          + "--card:#1e2525;--line:#343d3c;--link:#6cc9bb;--band1:#5c5138;--band2:#3a3323;"
          + "--band3:#786b4c}}";

  /** The style of indexes, which are kept small. */
  static final String INDEX_STYLE =
      COLOURS
          + "body{font:16px/1.6 ui-monospace,monospace;margin:1.5rem;color:var(--ink);"
          + "background:var(--page);overflow-wrap:anywhere}a{color:var(--link)}h1{font-size:1.2rem}"
          + "p,small{color:var(--soft)}p{font-size:.85rem}ul{list-style:none;padding:0}";

  private static final String STYLE =
      COLOURS
          + "*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;"
          + "color:var(--ink);background:var(--page);overflow-wrap:break-word}"
          + "body::before{content:'';display:block;height:.7rem;background:"
          + "repeating-linear-gradient(90deg,var(--band1) 0 3.5rem,var(--band3) 0 4.2rem,"
          + "var(--band2) 0 6.4rem,var(--band3) 0 7rem)}header{padding-top:1rem}header,main{max-width:66rem;margin:0 auto;padding-left:1.2rem;"
          + "padding-right:1.2rem}header nav{font-size:.95rem;color:var(--soft)}"
          + "h1{font-size:1.6rem;margin:.4rem 0 .2rem;overflow-wrap:anywhere}"
          + "h2{font-size:1.1rem;margin:2rem 0 .5rem}"
          + "p{margin:.3rem 0}a{color:var(--link);text-decoration-thickness:1px;"
          + "text-underline-offset:.15em}.soft,th{color:var(--soft)}"
          + "code,pre,.mono{font-family:ui-monospace,monospace;font-size:.88em}"
          + "pre{margin:.3rem 0 .8rem;padding:.7rem .9rem;background:var(--card);border:1px solid "
          + "var(--line);border-radius:6px;overflow-x:auto;line-height:1.45}"
          + ".paste{user-select:all;white-space:pre-wrap;overflow-wrap:anywhere}"
          + ".scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px;"
          + "background:var(--card)}table{border-collapse:collapse;width:100%}"
          + "th{text-align:left;font-weight:500;font-size:.85rem}"
          + "th,td{padding:.42rem .8rem;border-bottom:1px solid var(--line);vertical-align:top}"
          + "tr:last-child td{border-bottom:0}td.n,th.n{text-align:right;white-space:nowrap}"
          + "td.w,td.s{white-space:nowrap}.tag{display:inline-block;font-size:.75rem;padding:0 .45rem;"
          + "border:1px solid var(--line);border-radius:1rem;color:var(--soft)}"
          + "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0}"
          + "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
          + "summary{cursor:pointer;margin:.4rem 0}footer{max-width:66rem;margin:0 auto;"
          + "padding:2.5rem 1.2rem;font-size:.85rem;color:var(--soft)}"
          + "@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}"
          + "th,td{padding:.4rem .55rem}.scroll td:first-child{overflow-wrap:anywhere}"
          + "td.w{white-space:normal}.wide{display:none}}";

  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Html() {}

  /** A text between tags or in a quoted attribute; control characters are shown, not obeyed. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                  boolean control =
                      c < ' ' && c != '\n' && c != '\t'
                          || c >= 0x7F && c < 0xA0
                          || c >= 0x202A && c <= 0x202E
                          || c >= 0x2066 && c <= 0x2069
                          || c >= 0xD800 && c <= 0xDFFF;
                  if (control) {
                    out.append(String.format(Locale.ROOT, "\\u%04x", c));
                  } else {
                    out.appendCodePoint(c);
                  }
                }
              }
            });
    return out.toString();
  }

  /**
   * A whole page.
   *
   * @param crumbs links to what is above, as HTML
   * @param body the page, as HTML
   */
  static byte[] page(String title, String crumbs, String body) {
    return ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
            + escape(title)
            + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>"
            + STYLE
            + "</style>\n</head>\n<body>\n<header><nav>"
            + crumbs
            + "</nav></header>\n<main>\n"
            + body
            + "</main>\n<footer>Varve &middot; <a href=\"/api/openapi.json\">API</a></footer>\n"
            + "</body>\n</html>\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A link; the target is encoded already. */
  static String link(String href, String text) {
    return "<a href=\"" + href + "\">" + escape(text) + "</a>";
  }

  /** A text to copy. */
  static String paste(String text) {
    return "<pre class=\"paste\">" + escape(text) + "</pre>\n";
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

  /** A time to the minute, with the whole of it behind. */
  static String time(long millis) {
    return "<time datetime=\""
        + Json.time(millis)
        + "\" title=\""
        + Json.time(millis)
        + "\">"
        + MINUTES.format(Instant.ofEpochMilli(millis))
        + "</time>";
  }

  /** The first line of a message, not too long. */
  static String subject(String message) {
    String line = message.lines().findFirst().orElse("");
    return escape(line.length() > 120 ? line.substring(0, 117) + "..." : line);
  }

  /** A shape, as in {@code 4 x 11 x 21}. */
  static String shape(List<Long> lengths) {
    return lengths.isEmpty()
        ? "scalar"
        : lengths.stream().map(Object::toString).collect(Collectors.joining(" &times; "));
  }
}
