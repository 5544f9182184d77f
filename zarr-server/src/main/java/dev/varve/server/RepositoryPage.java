package dev.varve.server;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.tree.Totals;
import dev.varve.version.Logged;
import dev.varve.version.Part;
import dev.varve.version.Refs;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A repository's page. One use, one thread. */
final class RepositoryPage {
  private static final int MAX_NODES = 200;
  private static final int MAX_REFS = 100;
  private static final int COMMITS = 15;
  private static final int MAX_SKIP = 10_000;

  private final Exchange exchange;
  private final ServedRepository served;
  private final StringBuilder body = new StringBuilder(16 << 10);

  RepositoryPage(Exchange exchange, ServedRepository served) {
    this.exchange = exchange;
    this.served = served;
  }

  void answer() {
    exchange.set("Cache-Control", "no-cache");
    body.append("<h1>").append(Html.escape(served.name())).append("</h1>\n");
    Optional<String> revision =
        exchange.query().get("rev").or(() -> Pages.usual(served).map(ref -> ref.name().name()));
    if (revision.isEmpty()) {
      body.append("<p>Nothing was committed yet.</p>\n");
      body.append(Html.paste("varve import DIRECTORY REPOSITORY -m \"first\""));
    } else {
      Resolved at = served.resolver().resolve(revision.get());
      about(revision.get(), at);
      new OpenLinks(exchange, served, revision.get(), at.snapshot()).store(body);
      contents(revision.get(), at.snapshot());
      refs();
      history(revision.get(), at.snapshot());
    }
    Pages.page(exchange, served.name(), Html.link("/", "Repositories") + " /", body);
  }

  private void about(String revision, Resolved at) {
    var commit = at.snapshot().commit();
    body.append("<p><b>").append(Html.escape(revision)).append("</b> is ");
    body.append(Pages.commitLink(served, at.snapshot().id())).append(", ");
    body.append(Html.time(commit.timeMillis()))
        .append(" UTC: ")
        .append(Html.subject(commit.message()));
    body.append("</p>\n<p class=\"soft\">")
        .append(Html.count(commit.totals().keys()))
        .append(" keys, ");
    body.append(Html.size(commit.totals().bytes())).append("</p>\n");
  }

  private void refs() {
    body.append("<h2>Branches and tags</h2>\n<div class=\"scroll\"><table>\n");
    body.append(
        "<tr><th>Name</th><th>Commit</th><th>Moved</th><th class=\"wide\">Why</th><th></th></tr>\n");
    int rows = 0;
    for (RefName.Kind kind : new RefName.Kind[] {RefName.Kind.HEADS, RefName.Kind.TAGS}) {
      for (Refs.Named ref : served.repository().refs().list(kind)) {
        if (rows++ < MAX_REFS) {
          ref(ref);
        }
      }
    }
    body.append("</table></div>\n");
    if (rows > MAX_REFS) {
      body.append("<p class=\"soft\">").append(rows - MAX_REFS).append(" more: ");
      body.append(Html.link(served.root() + "refs", "all as JSON")).append("</p>\n");
    }
  }

  private void ref(Refs.Named ref) {
    String name = ref.name().name();
    String at = served.root() + "?rev=" + RequestPath.encode(name);
    body.append("<tr><td>").append(Html.link(at, name)).append(" <span class=\"tag\">");
    body.append(RefState.kind(ref.name().kind())).append("</span></td><td>");
    body.append(Pages.commitLink(served, ref.commit())).append("</td><td class=\"w\">");
    body.append(Html.time(ref.record().timeMillis())).append("</td><td class=\"wide\">");
    body.append(Html.subject(ref.record().reason())).append("</td><td class=\"w\">");
    body.append(Html.link(served.store(name), "files")).append("</td></tr>\n");
  }

  private void contents(String revision, Snapshot snapshot) {
    body.append("<h2>Contents</h2>\n");
    Iterator<ZarrNode> nodes = new ZarrTree(snapshot).nodes(ZarrPath.ROOT);
    if (!nodes.hasNext()) {
      body.append("<p>No groups and no arrays. ");
      body.append(Html.link(served.store(revision), "Files")).append("</p>\n");
      return;
    }
    NodeTable table = new NodeTable(served, revision, snapshot);
    body.append(NodeTable.HEAD);
    for (int i = 0; i < MAX_NODES && nodes.hasNext(); i++) {
      table.row(body, nodes.next());
    }
    body.append(NodeTable.FOOT);
    Totals others = snapshot.totals(Part.CHUNKS, "");
    body.append("<p class=\"soft\">")
        .append(Html.count(others.keys()))
        .append(" chunks and other files. ");
    body.append(Html.link(served.store(revision), "Files as an index"));
    if (nodes.hasNext()) {
      body.append(". Only the first ").append(MAX_NODES).append(" nodes are shown; ");
      body.append(
          Html.link(
              served.root() + "api/tree?rev=" + RequestPath.encode(revision) + "&amp;limit=10000",
              "more as JSON"));
    }
    body.append("</p>\n");
  }

  private void history(String revision, Snapshot snapshot) {
    int skip = exchange.query().number("skip", 0, 0, MAX_SKIP);
    body.append("<h2 id=\"history\">History</h2>\n<div class=\"scroll\"><table>\n");
    body.append(
        "<tr><th>Commit</th><th>When</th><th>Message</th><th class=\"wide\">Author</th></tr>\n");
    Iterator<Logged> history = served.repository().history(List.of(snapshot.id()));
    for (int i = 0; i < skip && history.hasNext(); i++) {
      history.next();
    }
    for (int i = 0; i < COMMITS && history.hasNext(); i++) {
      commit(history.next());
    }
    body.append("</table></div>\n<p>");
    String at = served.root() + "?rev=" + RequestPath.encode(revision) + "&amp;skip=";
    if (skip > 0) {
      body.append(Html.link(at + Math.max(0, skip - COMMITS) + "#history", "newer")).append(" ");
    }
    if (history.hasNext() && skip + COMMITS <= MAX_SKIP) {
      body.append(Html.link(at + (skip + COMMITS) + "#history", "older"));
    }
    body.append("</p>\n");
  }

  private void commit(Logged logged) {
    ContentHash id = logged.id();
    body.append("<tr><td>").append(Pages.commitLink(served, id)).append("</td><td class=\"w\">");
    body.append(Html.time(logged.commit().timeMillis())).append("</td><td>");
    body.append(Html.subject(logged.commit().message())).append("</td><td class=\"wide\">");
    body.append(Html.escape(logged.commit().author())).append("</td></tr>\n");
  }
}
