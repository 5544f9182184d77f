package dev.varve.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.Totals;
import dev.varve.version.Listed;
import dev.varve.version.Part;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ArrayChunks;
import dev.varve.zarr.ArrayDocument;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Iterator;
import java.util.function.Function;

/** The API's answers about one snapshot. Thread-safe. */
final class ContentsApi {
  private static final int MOST = 10_000;

  /** Keys below one array that are looked at to count its chunks. */
  private static final long MOST_COUNTED = 200_000;

  /** {@code tree?rev=&path=&limit=&chunks=}: groups and arrays. */
  ObjectNode tree(Exchange exchange, ServedRepository served) {
    Resolved at = served.resolver().resolve(exchange.query().get("rev").orElse("main"));
    ZarrPath path = exchange.query().get("path").map(ZarrPath::of).orElse(ZarrPath.ROOT);
    int most = exchange.query().number("limit", 1000, 1, MOST);
    boolean count = exchange.query().flag("chunks");
    ZarrTree tree = new ZarrTree(at.snapshot());
    Iterator<ZarrNode> nodes = tree.nodes(path);
    ArrayNode list = Json.list();
    long left = MOST_COUNTED;
    while (list.size() < most && nodes.hasNext()) {
      ZarrNode node = nodes.next();
      ObjectNode json = node(at.snapshot(), node);
      if (node instanceof ZarrNode.ArrayNode array) {
        ArrayChunks chunks = tree.chunks(array);
        json.put("chunks_total", chunks.total());
        long keys = json.path("keys").longValue();
        if (count && keys <= left) {
          left -= keys;
          json.put("chunks_present", chunks.present());
        }
      }
      list.add(json);
    }
    ObjectNode json = Json.of("tree").put("commit", at.snapshot().id().toString());
    json.set("nodes", list);
    return json.put("truncated", nodes.hasNext());
  }

  /** One group or array, and how much its chunks are. */
  static ObjectNode node(Snapshot snapshot, ZarrNode node) {
    String path = node.path().toString();
    if (node instanceof ZarrNode.GroupNode group) {
      return Json.of("group").put("path", path).put("zarr_format", group.document().zarrFormat());
    }
    if (node instanceof ZarrNode.ArrayNode array) {
      ArrayDocument document = array.document();
      ObjectNode json =
          Json.of("array").put("path", path).put("zarr_format", document.zarrFormat());
      json.set("shape", ChangeJson.numbers(document.shape()));
      json.set("chunks", ChangeJson.numbers(document.chunkShape()));
      Totals totals = snapshot.totals(Part.CHUNKS, node.path().directory());
      return json.put("data_type", document.dataType())
          .put("sharded", document.sharded())
          .put("keys", totals.keys())
          .put("bytes", totals.bytes());
    }
    ZarrNode.OpaqueNode opaque = (ZarrNode.OpaqueNode) node;
    return Json.of("unreadable")
        .put("path", path)
        .put("key", opaque.key().toString())
        .put("reason", opaque.reason());
  }

  /** {@code ls?rev=&prefix=&recursive=&limit=&after=}: keys and directories, in byte order. */
  ObjectNode ls(Exchange exchange, ServedRepository served) {
    Query query = exchange.query();
    Resolved at = served.resolver().resolve(query.get("rev").orElse("main"));
    ZarrPath below = query.get("prefix").map(ZarrPath::of).orElse(ZarrPath.ROOT);
    int most = query.number("limit", 1000, 1, MOST);
    String after = query.get("after").orElse("");
    Snapshot snapshot = at.snapshot();
    boolean recursive = query.flag("recursive");
    Iterator<ObjectNode> items =
        recursive
            ? keys(snapshot, snapshot.entries(below.directory()))
            : items(snapshot, snapshot.list(below.directory()));
    if (!items.hasNext() && !below.isRoot()) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_KEY, "nothing is below '" + below + "'")
              .with("key", below.directory()));
    }
    ArrayNode list = Json.list();
    boolean passed = after.isEmpty();
    while (list.size() < most && items.hasNext()) {
      ObjectNode item = items.next();
      if (passed) {
        list.add(item);
      } else {
        passed = item.path("key").textValue().equals(after);
      }
    }
    ObjectNode json =
        Json.of("listing")
            .put("commit", snapshot.id().toString())
            .put("directory", below.directory());
    json.set("entries", list);
    return json.put("truncated", items.hasNext());
  }

  private static Iterator<ObjectNode> keys(Snapshot snapshot, Iterator<KeyEntry> keys) {
    return mapped(
        keys, key -> DirectoryIndex.entry(snapshot, new Listed.Leaf(key.key(), key.entry())));
  }

  private static Iterator<ObjectNode> items(Snapshot snapshot, Iterator<Listed> items) {
    return mapped(items, item -> DirectoryIndex.entry(snapshot, item));
  }

  private static <A, B> Iterator<B> mapped(Iterator<A> from, Function<A, B> each) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return from.hasNext();
      }

      @Override
      public B next() {
        return each.apply(from.next());
      }
    };
  }
}
