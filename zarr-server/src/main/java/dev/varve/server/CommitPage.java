package dev.varve.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.version.Commit;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrChange;
import dev.varve.zarr.ZarrPath;
import java.util.Optional;

/**
 * A commit's page: its facts, and what it changed against its first parent. One use, one thread.
 */
final class CommitPage {
  private static final int MAX_CHANGES = 200;

  private final Exchange exchange;
  private final ServedRepository served;
  private final StringBuilder body = new StringBuilder(8 << 10);

  CommitPage(Exchange exchange, ServedRepository served) {
    this.exchange = exchange;
    this.served = served;
  }

  void answer() {
    exchange.set("Cache-Control", "no-cache");
    String revision = exchange.path().from(2);
    Snapshot snapshot = served.resolver().resolve(revision).snapshot();
    Commit commit = snapshot.commit();
    String id = snapshot.id().toString();
    body.append("<h1>").append(Html.subject(commit.message())).append("</h1>\n");
    if (commit.message().lines().count() > 1) {
      body.append("<pre>").append(Html.escape(commit.message())).append("</pre>\n");
    }
    body.append("<dl>\n<dt>Commit</dt><dd class=\"mono\">").append(id);
    body.append("</dd>\n<dt>Content</dt><dd class=\"mono\">");
    body.append(commit.manifest().root(served.repository().config().hash()));
    body.append("</dd>\n<dt>When</dt><dd>")
        .append(Html.time(commit.timeMillis()))
        .append(" UTC</dd>\n");
    body.append("<dt>Author</dt><dd>").append(Html.escape(commit.author())).append("</dd>\n");
    commit
        .parents()
        .forEach(
            parent ->
                body.append("<dt>Parent</dt><dd>")
                    .append(Pages.commitLink(served, parent))
                    .append("</dd>\n"));
    commit
        .attributes()
        .forEach(
            (name, value) ->
                body.append("<dt>")
                    .append(Html.escape(name))
                    .append("</dt><dd>")
                    .append(Html.escape(value))
                    .append("</dd>\n"));
    body.append("<dt>Holds</dt><dd>").append(Html.count(commit.totals().keys())).append(" keys, ");
    body.append(Html.size(commit.totals().bytes())).append("</dd>\n</dl>\n<p>");
    body.append(Html.link(served.root() + "?rev=" + id, "Contents")).append(" &middot; ");
    body.append(Html.link(served.store(id), "Files")).append("</p>\n");
    changes(snapshot);
    String crumbs =
        Html.link("/", "Repositories") + " / " + Html.link(served.root(), served.name()) + " /";
    Pages.page(exchange, id.substring(0, 10) + " - " + served.name(), crumbs, body);
  }

  private void changes(Snapshot snapshot) {
    body.append("<h2>Changes</h2>\n");
    if (snapshot.commit().parents().isEmpty()) {
      body.append("<p>The first commit: all it holds is new.</p>\n");
      return;
    }
    Snapshot before = served.resolver().snapshot(snapshot.commit().parents().get(0));
    BoundedDiff diff = BoundedDiff.run(served.repository(), before, snapshot, MAX_CHANGES, true);
    body.append("<div class=\"scroll\"><table>\n");
    diff.changes().forEach(this::row);
    body.append("</table></div>\n");
    if (diff.truncated()) {
      body.append("<p class=\"soft\">There is more: ");
      body.append(
          Html.link(served.root() + "api/diff?limit=10000&amp;to=" + snapshot.id(), "as JSON"));
      body.append("</p>\n");
    }
  }

  private void row(ZarrChange change) {
    if (change instanceof ZarrChange.ArrayAdded added) {
      row("+", added.path(), "array added");
    } else if (change instanceof ZarrChange.ArrayRemoved removed) {
      row("-", removed.path(), "array removed");
    } else if (change instanceof ZarrChange.GroupAdded added) {
      row("+", added.path(), "group added");
    } else if (change instanceof ZarrChange.GroupRemoved removed) {
      row("-", removed.path(), "group removed");
    } else if (change instanceof ZarrChange.ArrayResized resized) {
      row(
          "~",
          resized.path(),
          "shape " + Html.shape(resized.before()) + " &rarr; " + Html.shape(resized.after()));
    } else if (change instanceof ZarrChange.AttributeChanged attribute) {
      row(
          "~",
          attribute.path(),
          "attribute <code>"
              + Html.escape(attribute.name())
              + "</code>: "
              + values(attribute.before(), attribute.after()));
    } else if (change instanceof ZarrChange.MetadataChanged metadata) {
      row(
          "~",
          metadata.path(),
          "<code>"
              + Html.escape(metadata.field())
              + "</code>: "
              // It repeats the documents of all nodes; their own changes stand in their own rows.
              + (metadata.field().equals("consolidated_metadata")
                  ? "rewritten"
                  : values(metadata.before(), metadata.after())));
    } else if (change instanceof ZarrChange.ChunkTotals totals) {
      row(
          "~",
          totals.path(),
          "chunks: "
              + Html.count(totals.added())
              + " added, "
              + Html.count(totals.changed())
              + " changed, "
              + Html.count(totals.removed())
              + " removed (+"
              + Html.size(totals.bytesAdded())
              + ", -"
              + Html.size(totals.bytesRemoved())
              + ")");
    } else if (change instanceof ZarrChange.FileChanged file) {
      cells("~", file.key().toString(), "file " + file.change().label());
    } else if (change instanceof ZarrChange.Summary summary) {
      cells(
          "",
          "in all",
          "keys: "
              + Html.count(summary.keysAdded())
              + " added, "
              + Html.count(summary.keysChanged())
              + " changed, "
              + Html.count(summary.keysRemoved())
              + " removed");
    }
  }

  private void row(String sign, ZarrPath path, String words) {
    cells(sign, path.toString(), words);
  }

  private void cells(String sign, String what, String words) {
    body.append("<tr><td class=\"mono\">")
        .append(sign)
        .append("</td><td>")
        .append(Html.escape(what));
    body.append("</td><td>").append(words).append("</td></tr>\n");
  }

  private static String values(Optional<JsonNode> before, Optional<JsonNode> after) {
    return shown(before) + " &rarr; " + shown(after);
  }

  private static String shown(Optional<JsonNode> value) {
    String text = value.map(JsonNode::toString).orElse("none");
    return "<code>"
        + Html.escape(text.length() > 200 ? text.substring(0, 197) + "..." : text)
        + "</code>";
  }
}
