package dev.varve.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.ContentHash;
import dev.varve.version.Commit;

/** Commits as the API tells them. */
final class CommitJson {
  private CommitJson() {}

  /** A commit, and how much its snapshot holds. */
  static ObjectNode of(ServedRepository served, ContentHash id, Commit commit) {
    ObjectNode json = Json.of("commit").put("commit", id.toString());
    ArrayNode parents = json.putArray("parents");
    commit.parents().forEach(parent -> parents.add(parent.toString()));
    json.put("root", commit.manifest().root(served.repository().config().hash()).toString())
        .put("time", Json.time(commit.timeMillis()))
        .put("author", commit.author())
        .put("message", commit.message());
    ObjectNode attributes = json.putObject("attributes");
    commit.attributes().forEach(attributes::put);
    return json.put("keys", commit.totals().keys())
        .put("bytes", commit.totals().bytes())
        .put("url", served.store(id.toString()));
  }
}
