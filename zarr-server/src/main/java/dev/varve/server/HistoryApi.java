package dev.varve.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Key;
import dev.varve.version.Commit;
import dev.varve.version.Logged;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.View;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The API's answers about commits and refs. Thread-safe. */
final class HistoryApi {
  private static final int MOST = 1000;

  /** How many commits one request may look at, where few of them touch the path it asks for. */
  private static final int MOST_LOOKED_AT = 20_000;

  /** The most nodes that are counted for one commit. */
  private static final int MOST_COUNTED = 10_000;

  /** {@code log?rev=&path=&n=&skip=}: commits, children before parents. */
  ObjectNode log(Exchange exchange, ServedRepository served) {
    int most = exchange.query().number("n", 50, 1, MOST);
    int skip = exchange.query().number("skip", 0, 0, MOST_LOOKED_AT);
    Optional<ZarrPath> path = exchange.query().get("path").map(ZarrPath::of);
    Resolved from = served.resolver().resolve(exchange.query().get("rev").orElse("main"));
    Repository repository = served.repository();
    Iterator<Logged> history = repository.history(List.of(from.snapshot().id()));
    ArrayNode commits = Json.list();
    int looked = 0;
    int passed = 0;
    while (commits.size() < most && looked < MOST_LOOKED_AT && history.hasNext()) {
      Logged next = history.next();
      looked++;
      if (path.isPresent() && !touches(repository, next.commit(), path.get())) {
        continue;
      }
      if (passed++ >= skip) {
        commits.add(CommitJson.of(served, next.id(), next.commit()));
      }
    }
    ObjectNode json = Json.of("log").put("commit", from.snapshot().id().toString());
    json.set("commits", commits);
    return json.put("more", history.hasNext());
  }

  /** Whether a commit made what is at the path: it holds it as none of its parents does. */
  private static boolean touches(Repository repository, Commit commit, ZarrPath path) {
    if (commit.parents().isEmpty()) {
      View view = repository.view(commit.manifest());
      return view.list(path.directory()).hasNext() || value(view, path).isPresent();
    }
    for (ContentHash parent : commit.parents()) {
      if (!differ(repository, repository.commit(parent).manifest(), commit.manifest(), path)) {
        return false;
      }
    }
    return true;
  }

  private static boolean differ(
      Repository repository, Manifest before, Manifest after, ZarrPath path) {
    for (Part part : Part.values()) {
      if (repository.diff(before, after, part, path.directory()).hasNext()) {
        return true;
      }
    }
    return !value(repository.view(before), path).equals(value(repository.view(after), path));
  }

  /** The hash of the key that is spelled like the path. */
  private static Optional<ContentHash> value(View view, ZarrPath path) {
    return path.isRoot()
        ? Optional.empty()
        : view.entry(Key.of(path.toString().substring(1))).map(view::hashOf);
  }

  /** {@code show?rev=}: one commit and how much its snapshot holds. */
  ObjectNode show(Exchange exchange, ServedRepository served) {
    Resolved at = served.resolver().resolve(exchange.query().get("rev").orElse("main"));
    ObjectNode json = CommitJson.of(served, at.snapshot().id(), at.snapshot().commit());
    json.put("documents", at.snapshot().commit().meta().keys());
    long groups = 0;
    long arrays = 0;
    Iterator<ZarrNode> nodes = new ZarrTree(at.snapshot()).nodes(ZarrPath.ROOT);
    for (int i = 0; i < MOST_COUNTED && nodes.hasNext(); i++) {
      ZarrNode node = nodes.next();
      groups += node instanceof ZarrNode.GroupNode ? 1 : 0;
      arrays += node instanceof ZarrNode.ArrayNode ? 1 : 0;
    }
    return nodes.hasNext()
        ? json.putNull("groups").putNull("arrays")
        : json.put("groups", groups).put("arrays", arrays);
  }

  /** {@code reflog?name=&n=}: what a ref held, newest first. */
  ObjectNode reflog(Exchange exchange, ServedRepository served) {
    int most = exchange.query().number("n", 50, 1, MOST);
    RefState now = RefState.read(served, exchange.query().get("name").orElse("main"));
    ArrayNode moves = Json.list();
    Iterator<RefRecord> log = served.repository().refs().log(now.record().name());
    while (moves.size() < most && log.hasNext()) {
      moves.add(new RefState(log.next()).json(served));
    }
    ObjectNode json = Json.of("reflog");
    json.set("moves", moves);
    return json.put("more", log.hasNext());
  }

  /** {@code diff?from=&to=&limit=&stat=}: what differs, in the words of Zarr. */
  ObjectNode diff(Exchange exchange, ServedRepository served) {
    Query query = exchange.query();
    Resolved to = served.resolver().resolve(query.get("to").orElse("main"));
    Resolved from = served.resolver().resolve(query.get("from").orElse(to.snapshot().id() + "~1"));
    int most = query.number("limit", 1000, 1, 10_000);
    BoundedDiff diff =
        BoundedDiff.run(
            served.repository(), from.snapshot(), to.snapshot(), most, query.flag("stat"));
    ObjectNode json =
        Json.of("diff")
            .put("from", from.snapshot().id().toString())
            .put("to", to.snapshot().id().toString());
    ArrayNode changes = json.putArray("changes");
    diff.changes().forEach(change -> changes.add(ChangeJson.of(change)));
    return json.put("truncated", diff.truncated());
  }
}
