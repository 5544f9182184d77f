package dev.varve.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Indexes as clients take them apart: all they ever see of a page are these matches. */
final class IndexParsers {
  private static final Pattern FSSPEC =
      Pattern.compile("<(a|A)\\s+(?:[^>]*?\\s+)?(href|HREF)=[\"'](?<url>[^\"']+)");
  private static final Pattern FSSPEC_URLS =
      Pattern.compile("http[s]?://[-a-zA-Z0-9@:%_+.~#?&/=]+");
  private static final Pattern N5_ALL = Pattern.compile("href=\"[^\"]+\">(?<entry>[^<]+)");
  private static final Pattern N5_DIRECTORIES = Pattern.compile("href=\"[^\"]+\">(?<entry>[^<]+)/");

  private IndexParsers() {}

  /** What fsspec, and so zarr-python, takes for children. */
  static List<String> fsspec(String html) {
    List<String> links = new ArrayList<>();
    Matcher urls = FSSPEC_URLS.matcher(html);
    while (urls.find()) {
      links.add(urls.group());
    }
    Matcher matcher = FSSPEC.matcher(html);
    while (matcher.find()) {
      String link = matcher.group("url");
      if (!link.equals("..") && !link.equals("../")) {
        links.add(link);
      }
    }
    return links;
  }

  /** What N5 takes for entries, in the dialect of Python's own server. */
  static List<String> n5All(String html) {
    return entries(N5_ALL, html);
  }

  /** What N5 takes for directories, likewise. */
  static List<String> n5Directories(String html) {
    return entries(N5_DIRECTORIES, html);
  }

  private static List<String> entries(Pattern pattern, String html) {
    List<String> entries = new ArrayList<>();
    Matcher matcher = pattern.matcher(html);
    while (matcher.find()) {
      entries.add(matcher.group("entry"));
    }
    return entries;
  }
}
