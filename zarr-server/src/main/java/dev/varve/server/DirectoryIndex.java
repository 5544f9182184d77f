package dev.varve.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.tree.Entry;
import dev.varve.version.Listed;
import dev.varve.version.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One level of a snapshot, written as it is read: as the HTML index that file servers make and
 * clients parse, or as JSON. One thread at a time; memory for about 64 KiB of it.
 *
 * <p>The HTML has no links but a row for each item, dot-files among them, and {@code ../}: clients
 * take every other link for a child, and some take a list of one row for no list.
 */
final class DirectoryIndex implements Body {
  private static final int ENOUGH = 32 << 10;

  private final Snapshot snapshot;
  private final int prefix;
  private final Iterator<Listed> items;
  private final boolean html;
  private final String start;
  private boolean started;
  private boolean ended;
  private boolean first = true;

  private DirectoryIndex(
      Snapshot snapshot, String directory, Iterator<Listed> items, boolean html, String start) {
    this.snapshot = snapshot;
    this.prefix = directory.length();
    this.items = items;
    this.html = html;
    this.start = start;
  }

  /**
   * An index for browsers and clients.
   *
   * @param directory "" or ending in '/'
   * @param title what the page is headed with
   * @param base what links are relative to, where that is not the page's own URL
   */
  static Body html(
      Snapshot snapshot,
      String directory,
      Iterator<Listed> items,
      String title,
      @Nullable String base) {
    StringBuilder start = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
    start.append("<meta charset=\"utf-8\">\n");
    start.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    if (base != null) {
      // In single quotes: N5 takes every href in double quotes for a row of the list.
      start.append("<base href='").append(base).append("'>\n");
    }
    start.append("<title>").append(Html.escape(title)).append("</title>\n");
    start.append("<style>").append(Html.INDEX_STYLE).append("</style>\n</head>\n<body>\n<h1>");
    start.append(Html.escape(title)).append("</h1>\n<p>commit ").append(snapshot.id());
    start.append("</p>\n<ul>\n<li><a href=\"../\">../</a></li>\n");
    return new DirectoryIndex(snapshot, directory, items, true, start.toString());
  }

  /** An index for programs. */
  static Body json(Snapshot snapshot, String directory, Iterator<Listed> items) {
    String head =
        Json.of("listing")
            .put("commit", snapshot.id().toString())
            .put("directory", directory)
            .toString();
    String start = head.substring(0, head.length() - 1) + ",\"entries\":[";
    return new DirectoryIndex(snapshot, directory, items, false, start);
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (ended) {
      return null;
    }
    StringBuilder out = new StringBuilder(ENOUGH + 4096);
    if (!started) {
      out.append(start);
      started = true;
    }
    while (out.length() < ENOUGH && items.hasNext()) {
      Listed item = items.next();
      if (html) {
        row(out, item);
      } else {
        out.append(first ? "" : ",").append(entry(snapshot, item));
      }
      first = false;
    }
    if (!items.hasNext()) {
      out.append(html ? "</ul>\n</body>\n</html>\n" : "]}\n");
      ended = true;
    }
    return ByteBuffer.wrap(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void row(StringBuilder out, Listed item) {
    String name = item.name().substring(prefix);
    out.append("<li><a href=\"").append(RequestPath.encodePath(name)).append("\">");
    out.append(Html.escape(name)).append("</a>");
    if (item instanceof Listed.Leaf leaf) {
      out.append(" <small>").append(leaf.entry().length()).append(" B</small>");
    }
    out.append("</li>\n");
  }

  /** One item for programs. */
  static ObjectNode entry(Snapshot snapshot, Listed item) {
    if (item instanceof Listed.Leaf leaf) {
      Entry entry = leaf.entry();
      return Json.of("entry")
          .put("key", leaf.key().toString())
          .put("length", entry.length())
          .put("hash", snapshot.hashOf(entry).toString());
    }
    return Json.of("prefix").put("key", item.name());
  }
}
