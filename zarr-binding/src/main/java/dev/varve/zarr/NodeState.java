package dev.varve.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.View;
import dev.varve.zarr.Json.NotReadable;
import dev.varve.zarr.ZarrNode.ArrayNode;
import dev.varve.zarr.ZarrNode.GroupNode;
import dev.varve.zarr.ZarrNode.OpaqueNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a view has at one path: the documents that stand there, and the node they make. Documents
 * are parsed when they are asked for, and not kept. One thread.
 */
final class NodeState {
  /** In format 3 a member of the document, and never part of the structure. */
  static final String ATTRIBUTES = "attributes";

  /**
   * In format 3 copies of the documents below, kept in a group's; they say nothing of their own.
   */
  static final String CONSOLIDATED = "consolidated_metadata";

  private final View view;
  private final ZarrPath path;
  private final Map<String, Entry> documents = new TreeMap<>();

  private NodeState(View view, ZarrPath path) {
    this.view = view;
    this.path = path;
  }

  /** Looks up every document that could stand at a path: five keys. */
  static NodeState of(View view, ZarrPath path) {
    NodeState state = new NodeState(view, path);
    for (String name : ZarrKeys.DOCUMENTS) {
      view.entry(path.key(name)).ifPresent(entry -> state.documents.put(name, entry));
    }
    return state;
  }

  /** The entry of a document, or empty where there is no such document. */
  Optional<Entry> document(String name) {
    return Optional.ofNullable(documents.get(name));
  }

  /** Number of documents. */
  int count() {
    return documents.size();
  }

  /** Whether any document stands here that makes a node, readable or not. */
  boolean exists() {
    return ZarrKeys.NODE_DOCUMENTS.stream().anyMatch(documents::containsKey);
  }

  /**
   * The node: of several documents the first that can be understood, in the order in which clients
   * prefer them.
   */
  Optional<ZarrNode> node() {
    Optional<ZarrNode> opaque = Optional.empty();
    for (String name : ZarrKeys.NODE_DOCUMENTS) {
      Entry entry = documents.get(name);
      if (entry == null) {
        continue;
      }
      Key key = path.key(name);
      DocumentReading reading = read(view, key, name, entry);
      if (reading instanceof DocumentReading.Parsed parsed) {
        return Optional.of(node(key, parsed.document()));
      }
      if (opaque.isEmpty() && reading instanceof DocumentReading.Unreadable unreadable) {
        opaque = Optional.of(new OpaqueNode(path, key, unreadable.reason()));
      }
    }
    return opaque;
  }

  private ZarrNode node(Key key, NodeDocument document) {
    if (document instanceof ArrayDocument array) {
      return new ArrayNode(path, key, array);
    }
    return new GroupNode(path, key, (GroupDocument) document);
  }

  /** The array here, where the node is one. */
  Optional<ArrayDocument> array() {
    return node().filter(ArrayNode.class::isInstance).map(node -> ((ArrayNode) node).document());
  }

  private static DocumentReading read(View view, Key key, String name, Entry entry) {
    return entry.length() > DocumentReader.MAX_BYTES
        ? DocumentReader.tooLong(entry.length())
        : DocumentReader.read(name, view.value(key, entry));
  }

  /**
   * The members of a document of which a name is wanted, or empty where the document is absent or
   * not readable.
   */
  Optional<ObjectNode> members(String name, Predicate<String> wanted) {
    Entry entry = documents.get(name);
    if (entry == null || entry.length() > DocumentReader.MAX_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.object(view.value(path.key(name), entry), wanted));
    } catch (NotReadable opaque) {
      return Optional.empty();
    }
  }

  /**
   * The attributes of the node that a document makes: a format 2 node's in {@code .zattrs}, a
   * format 3 node's in its document. None at all is an object without members; empty where they
   * cannot be read.
   */
  Optional<ObjectNode> attributes(String name) {
    if (!name.equals(ZarrKeys.ZARR_JSON)) {
      return documents.containsKey(ZarrKeys.ZATTRS)
          ? members(ZarrKeys.ZATTRS, any -> true)
          : Optional.of(JsonNodeFactory.instance.objectNode());
    }
    return members(name, ATTRIBUTES::equals)
        .map(
            members -> {
              JsonNode attributes = members.path(ATTRIBUTES);
              return attributes instanceof ObjectNode object
                  ? object
                  : JsonNodeFactory.instance.objectNode();
            });
  }
}
