package dev.varve.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.Listed;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ArrayDocument;
import dev.varve.zarr.ZarrKeys;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The page of one array or group: what it is, its documents, what is below it. One use, one thread.
 */
final class NodePage {
  private static final int MAX_NODES = 200;
  private static final int MAX_DOCUMENT = 256 << 10;
  private static final int MAX_ITEMS = 100;

  /** Numbers are shown as they are written, and NaN as NaN. */
  private static final JsonMapper PRETTY =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .build();

  private final Exchange exchange;
  private final ServedRepository served;
  private final StringBuilder body = new StringBuilder(8 << 10);

  NodePage(Exchange exchange, ServedRepository served) {
    this.exchange = exchange;
    this.served = served;
  }

  void answer() {
    RequestPath url = exchange.path();
    if (url.segments().size() < 3) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_REVISION, "name a revision, as in browse/main/"));
    }
    String revision = url.segments().get(2);
    Resolved at = served.resolver().resolve(revision);
    exchange.set("Cache-Control", "no-cache");
    Snapshot snapshot = at.snapshot();
    ZarrPath path = ZarrPath.ofDirectory(url.from(3));
    Iterator<Listed> items = snapshot.list(path.directory());
    if (!path.isRoot() && !items.hasNext()) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_KEY, "nothing is at '" + path + "' in '" + revision + "'")
              .with("key", path.directory()));
    }
    ZarrTree tree = new ZarrTree(snapshot);
    Optional<ZarrNode> node = tree.node(path);
    body.append("<h1>").append(Html.escape(path.toString())).append("</h1>\n");
    body.append("<p class=\"soft\">in ").append(Html.escape(revision)).append(", commit ");
    body.append(Pages.commitLink(served, snapshot.id())).append("</p>\n");
    if (node.isPresent() && node.get() instanceof ZarrNode.ArrayNode array) {
      OpenLinks links = new OpenLinks(exchange, served, revision, snapshot);
      facts(array, links.stored(array, tree.chunks(array).total()));
      links.array(body, array);
    } else if (node.isPresent() && node.get() instanceof ZarrNode.OpaqueNode opaque) {
      body.append("<p>Its document cannot be read: ")
          .append(Html.escape(opaque.reason()))
          .append("</p>\n");
    }
    below(new NodeTable(served, revision, snapshot), tree, path);
    documents(snapshot, path);
    items(revision, path, items);
    Pages.page(exchange, path + " - " + served.name(), crumbs(revision, path), body);
  }

  private String crumbs(String revision, ZarrPath path) {
    StringBuilder crumbs = new StringBuilder(Html.link("/", "Repositories"));
    crumbs
        .append(" / ")
        .append(Html.link(served.root() + "?rev=" + RequestPath.encode(revision), served.name()));
    String url = served.root() + "browse/" + RequestPath.encode(revision) + "/";
    for (Optional<ZarrPath> above = path.parent();
        above.isPresent();
        above = above.get().parent()) {
      ZarrPath each = above.get();
      if (!each.isRoot()) {
        int at = crumbs.indexOf("</a>", crumbs.indexOf("</a>") + 1) + 4;
        crumbs.insert(
            at, " / " + Html.link(url + RequestPath.encodePath(each.directory()), each.name()));
      }
    }
    return crumbs.append(" /").toString();
  }

  private void facts(ZarrNode.ArrayNode array, String stored) {
    ArrayDocument document = array.document();
    body.append("<dl>\n<dt>Shape</dt><dd>").append(Html.shape(document.shape()));
    body.append("</dd>\n<dt>")
        .append(document.sharded() ? "Shards of" : "Chunks of")
        .append("</dt><dd>");
    body.append(Html.shape(document.chunkShape())).append("</dd>\n<dt>Data type</dt><dd>");
    body.append(Html.escape(document.dataType())).append("</dd>\n<dt>Zarr format</dt><dd>");
    body.append(document.zarrFormat()).append("</dd>\n<dt>Stored</dt><dd>").append(stored);
    body.append("</dd>\n</dl>\n");
  }

  private void below(NodeTable table, ZarrTree tree, ZarrPath path) {
    Iterator<ZarrNode> nodes = tree.nodes(path);
    int rows = 0;
    while (nodes.hasNext() && rows < MAX_NODES) {
      ZarrNode next = nodes.next();
      if (next.path().equals(path)) {
        continue;
      }
      if (rows++ == 0) {
        body.append("<h2>Below</h2>\n").append(NodeTable.HEAD);
      }
      table.row(body, next);
    }
    if (rows > 0) {
      body.append(NodeTable.FOOT);
    }
    if (nodes.hasNext()) {
      body.append("<p class=\"soft\">Only the first ")
          .append(MAX_NODES)
          .append(" are shown.</p>\n");
    }
  }

  private void documents(Snapshot snapshot, ZarrPath path) {
    for (String name :
        List.of(ZarrKeys.ZARR_JSON, ZarrKeys.ZARRAY, ZarrKeys.ZGROUP, ZarrKeys.ZATTRS)) {
      Key key = path.key(name);
      Optional<Entry> entry = snapshot.entry(key);
      if (entry.isPresent()) {
        body.append("<h2>").append(Html.escape(name)).append("</h2>\n");
        if (entry.get().length() > MAX_DOCUMENT) {
          body.append("<p class=\"soft\">")
              .append(Html.size(entry.get().length()))
              .append("</p>\n");
        } else {
          body.append("<pre>")
              .append(Html.escape(pretty(snapshot, key, entry.get())))
              .append("</pre>\n");
        }
      }
    }
  }

  private static String pretty(Snapshot snapshot, Key key, Entry entry) {
    String text = StandardCharsets.UTF_8.decode(snapshot.value(key, entry)).toString();
    try {
      return PRETTY.writerWithDefaultPrettyPrinter().writeValueAsString(PRETTY.readTree(text));
    } catch (JsonProcessingException notJson) {
      return text;
    }
  }

  private void items(String revision, ZarrPath path, Iterator<Listed> items) {
    String url = served.store(revision) + RequestPath.encodePath(path.directory());
    body.append("<h2>Files</h2>\n<p>").append(Html.link(url, "Index")).append("</p>\n");
    if (!items.hasNext()) {
      return;
    }
    body.append("<div class=\"scroll\"><table>\n");
    for (int i = 0; i < MAX_ITEMS && items.hasNext(); i++) {
      Listed item = items.next();
      String name = item.name().substring(path.directory().length());
      body.append("<tr><td class=\"mono\">")
          .append(Html.link(url + RequestPath.encodePath(name), name));
      body.append("</td><td class=\"n soft\">");
      if (item instanceof Listed.Leaf leaf) {
        body.append(Html.size(leaf.entry().length()));
      }
      body.append("</td></tr>\n");
    }
    body.append("</table></div>\n");
    if (items.hasNext()) {
      body.append("<p class=\"soft\">Only the first ")
          .append(MAX_ITEMS)
          .append(" are shown.</p>\n");
    }
  }
}
