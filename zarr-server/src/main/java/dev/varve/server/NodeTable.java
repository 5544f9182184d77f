package dev.varve.server;

import dev.varve.version.Part;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ArrayDocument;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;

/** Groups and arrays as rows of a table. Immutable. */
record NodeTable(ServedRepository served, String revision, Snapshot snapshot) {
  static final String HEAD =
      "<div class=\"scroll\"><table>\n<tr><th>Path</th><th>Shape</th><th class=\"wide\">Chunks of</th>"
          + "<th>Type</th><th class=\"n\">Stored</th></tr>\n";
  static final String FOOT = "</table></div>\n";

  /** Appends one node. */
  void row(StringBuilder body, ZarrNode node) {
    body.append("<tr><td>")
        .append(Html.link(page(node.path()), node.path().toString()))
        .append("</td>");
    if (node instanceof ZarrNode.ArrayNode array) {
      ArrayDocument document = array.document();
      body.append("<td class=\"s\">").append(Html.shape(document.shape()));
      body.append("</td><td class=\"s wide\">");
      body.append(Html.shape(document.chunkShape())).append(document.sharded() ? " (shards)" : "");
      body.append("</td><td>")
          .append(Html.escape(document.dataType()))
          .append("</td><td class=\"n\">");
      long bytes = snapshot.totals(Part.CHUNKS, node.path().directory()).bytes();
      body.append(Html.size(bytes)).append("</td></tr>\n");
    } else if (node instanceof ZarrNode.GroupNode) {
      body.append("<td class=\"soft\">group</td><td class=\"wide\"></td><td></td><td></td></tr>\n");
    } else {
      body.append(
          "<td class=\"soft\">not readable</td><td class=\"wide\"></td><td></td><td></td></tr>\n");
    }
  }

  /** The page of a node. */
  String page(ZarrPath path) {
    return served.root()
        + "browse/"
        + RequestPath.encode(revision)
        + "/"
        + RequestPath.encodePath(path.directory());
  }
}
