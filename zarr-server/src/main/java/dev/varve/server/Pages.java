package dev.varve.server;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Refs;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What people look at in a browser. Thread-safe. */
final class Pages {
  private final Map<String, ServedRepository> repositories;

  Pages(Map<String, ServedRepository> repositories) {
    this.repositories = repositories;
  }

  /** {@code /}: the repositories, as JSON where that is asked for. */
  void index(Exchange exchange) {
    List<ServedRepository> open =
        repositories.values().stream()
            .filter(served -> served.access().allows(exchange))
            .sorted(Comparator.comparing(ServedRepository::name))
            .toList();
    exchange.set("Vary", "Accept, Authorization");
    exchange.set("Cache-Control", "no-cache");
    if (exchange.prefers(Json.TYPE, "text/html")) {
      var json = Json.of("repositories");
      var list = json.putArray("repositories");
      open.forEach(
          served ->
              list.add(Json.of("repository").put("name", served.name()).put("url", served.root())));
      exchange.json(200, json);
      return;
    }
    StringBuilder body = new StringBuilder("<h1>Repositories</h1>\n");
    if (!open.isEmpty()) {
      body.append("<div class=\"scroll\"><table>\n<tr><th>Name</th><th>Last commit</th>");
      body.append("<th class=\"wide\">Message</th><th class=\"n wide\">Size</th></tr>\n");
      open.forEach(served -> row(body, served));
      body.append("</table></div>\n");
    }
    int hidden = repositories.size() - open.size();
    if (hidden > 0) {
      body.append("<p class=\"soft\">")
          .append(hidden)
          .append(hidden == 1 ? " repository needs" : " repositories need");
      body.append(" a token; open its own URL and give the token as the password.</p>\n");
    }
    page(exchange, "Repositories", "Varve", body);
  }

  private static void row(StringBuilder body, ServedRepository served) {
    body.append("<tr><td>").append(Html.link(served.root(), served.name())).append("</td>");
    Optional<ContentHash> head = usual(served).map(Refs.Named::commit);
    if (head.isEmpty()) {
      body.append("<td class=\"soft\" colspan=\"3\">empty</td></tr>\n");
      return;
    }
    var commit = served.resolver().snapshot(head.get()).commit();
    body.append("<td class=\"w\">")
        .append(Html.time(commit.timeMillis()))
        .append("</td><td class=\"wide\">");
    body.append(Html.subject(commit.message())).append("</td><td class=\"n wide\">");
    body.append(Html.size(commit.totals().bytes())).append("</td></tr>\n");
  }

  /**
   * The ref that is shown where none is asked for: main, else the first branch, else the first tag.
   */
  static Optional<Refs.Named> usual(ServedRepository served) {
    Refs refs = served.repository().refs();
    return refs.find(RefName.branch("main"))
        .or(
            () ->
                Stream.of(RefName.Kind.HEADS, RefName.Kind.TAGS)
                    .flatMap(kind -> refs.list(kind).stream())
                    .findFirst());
  }

  /** {@code /<repository>/?rev=}: refs, contents and history. */
  void repository(Exchange exchange, ServedRepository served) {
    new RepositoryPage(exchange, served).answer();
  }

  /** {@code /<repository>/browse/<revision>/<path>}: one array or group. */
  void browse(Exchange exchange, ServedRepository served) {
    new NodePage(exchange, served).answer();
  }

  /** {@code /<repository>/commit/<revision>}: one commit and what it changed. */
  void commit(Exchange exchange, ServedRepository served) {
    new CommitPage(exchange, served).answer();
  }

  /** Sends a page. */
  static void page(Exchange exchange, String title, String crumbs, CharSequence body) {
    exchange.set("Content-Security-Policy", Html.POLICY);
    exchange.set("X-Content-Type-Options", "nosniff");
    exchange.set("Referrer-Policy", "same-origin");
    exchange.send(200, Html.TYPE, Html.page(title + " - Varve", crumbs, body.toString()));
  }

  /** A link to a commit's page. */
  static String commitLink(ServedRepository served, ContentHash commit) {
    return "<a class=\"mono\" href=\""
        + served.root()
        + "commit/"
        + commit
        + "\">"
        + commit.toString().substring(0, 10)
        + "</a>";
  }
}
