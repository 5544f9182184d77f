package dev.varve.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.zarr.ZarrChange;
import dev.varve.zarr.ZarrPath;
import java.util.List;
import java.util.Optional;

/** Changes as objects, the same that {@code varve diff --json} prints. */
final class ChangeJson {
  private ChangeJson() {}

  /** One change. */
  static ObjectNode of(ZarrChange change) {
    if (change instanceof ZarrChange.ArrayAdded added) {
      return at("array-added", added.path());
    } else if (change instanceof ZarrChange.ArrayRemoved removed) {
      return at("array-removed", removed.path());
    } else if (change instanceof ZarrChange.GroupAdded added) {
      return at("group-added", added.path());
    } else if (change instanceof ZarrChange.GroupRemoved removed) {
      return at("group-removed", removed.path());
    } else if (change instanceof ZarrChange.ArrayResized resized) {
      ObjectNode json = at("array-resized", resized.path());
      json.set("old", numbers(resized.before()));
      json.set("new", numbers(resized.after()));
      return json;
    } else if (change instanceof ZarrChange.AttributeChanged attribute) {
      return values(
          at("attribute", attribute.path()).put("name", attribute.name()),
          attribute.before(),
          attribute.after());
    } else if (change instanceof ZarrChange.MetadataChanged metadata) {
      return values(
          at("metadata", metadata.path()).put("field", metadata.field()),
          metadata.before(),
          metadata.after());
    } else if (change instanceof ZarrChange.ChunkChanged chunk) {
      ObjectNode json = at("chunk", chunk.path());
      json.set("coords", numbers(chunk.coords().toList()));
      json.put("change", chunk.change().label());
      chunk.before().ifPresent(hash -> json.put("old", hash.toString()));
      chunk.after().ifPresent(hash -> json.put("new", hash.toString()));
      return json;
    } else if (change instanceof ZarrChange.ChunkTotals totals) {
      return at("chunks", totals.path())
          .put("added", totals.added())
          .put("changed", totals.changed())
          .put("removed", totals.removed())
          .put("bytes_added", totals.bytesAdded())
          .put("bytes_removed", totals.bytesRemoved());
    } else if (change instanceof ZarrChange.FileChanged file) {
      return Json.of("file").put("key", file.key().toString()).put("change", file.change().label());
    }
    ZarrChange.Summary summary = (ZarrChange.Summary) change;
    return Json.of("summary")
        .put("keys_added", summary.keysAdded())
        .put("keys_changed", summary.keysChanged())
        .put("keys_removed", summary.keysRemoved());
  }

  private static ObjectNode at(String type, ZarrPath path) {
    return Json.of(type).put("path", path.toString());
  }

  /** A list of whole numbers. */
  static ArrayNode numbers(List<Long> numbers) {
    ArrayNode list = Json.list();
    numbers.forEach(list::add);
    return list;
  }

  /** A value that is not there is left out: null is a value that a document may hold. */
  private static ObjectNode values(
      ObjectNode json, Optional<JsonNode> before, Optional<JsonNode> after) {
    before.ifPresent(value -> json.set("old", value));
    after.ifPresent(value -> json.set("new", value));
    return json;
  }
}
