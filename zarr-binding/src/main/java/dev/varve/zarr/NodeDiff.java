package dev.varve.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.zarr.ZarrNode.ArrayNode;
import dev.varve.zarr.ZarrNode.GroupNode;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What the documents at one path say differently in two states. A document that differs in bytes,
 * and of which nothing else was said, is told as a file. One thread.
 */
final class NodeDiff {
  private static final String SHAPE = "shape";

  private final ZarrPath path;
  private final NodeState before;
  private final NodeState after;

  /** Names of the documents that something was said of. */
  private final Set<String> told = new TreeSet<>();

  NodeDiff(ZarrPath path, NodeState before, NodeState after) {
    this.path = path;
    this.before = before;
    this.after = after;
  }

  void tell(Consumer<ZarrChange> consumer) {
    Set<String> differing = new LinkedHashSet<>();
    for (String name : ZarrKeys.DOCUMENTS) {
      if (!before.document(name).equals(after.document(name))) {
        differing.add(name);
      }
    }
    if (differing.isEmpty()) {
      return;
    }
    tellNode(consumer);
    differing.removeAll(told);
    for (String name : differing) {
      consumer.accept(new ZarrChange.FileChanged(path.key(name), change(name)));
    }
  }

  private ZarrChange.Change change(String name) {
    return before.document(name).isEmpty()
        ? ZarrChange.Change.ADDED
        : after.document(name).isEmpty() ? ZarrChange.Change.REMOVED : ZarrChange.Change.CHANGED;
  }

  private void tellNode(Consumer<ZarrChange> consumer) {
    Optional<ZarrNode> older = before.node();
    Optional<ZarrNode> newer = after.node();
    if (sameKind(older, newer)) {
      compare(older.orElseThrow(), newer.orElseThrow(), consumer);
      return;
    }
    if (isOpaque(older) || isOpaque(newer)) {
      return; // Nothing can be said of what became of it: its documents are files.
    }
    older.ifPresent(
        node -> {
          consumer.accept(
              node instanceof ArrayNode
                  ? new ZarrChange.ArrayRemoved(path)
                  : new ZarrChange.GroupRemoved(path));
          tellWhole(node);
        });
    newer.ifPresent(
        node -> {
          consumer.accept(
              node instanceof ArrayNode
                  ? new ZarrChange.ArrayAdded(path)
                  : new ZarrChange.GroupAdded(path));
          tellWhole(node);
        });
  }

  private static boolean isOpaque(Optional<ZarrNode> node) {
    return node.filter(ZarrNode.OpaqueNode.class::isInstance).isPresent();
  }

  private static boolean sameKind(Optional<ZarrNode> older, Optional<ZarrNode> newer) {
    return older.isPresent()
        && newer.isPresent()
        && (older.get() instanceof ArrayNode && newer.get() instanceof ArrayNode
            || older.get() instanceof GroupNode && newer.get() instanceof GroupNode);
  }

  /** Everything that makes up a node was said by saying that it came or went. */
  private void tellWhole(ZarrNode node) {
    told.add(node.key().name());
    if (!node.key().name().equals(ZarrKeys.ZARR_JSON)) {
      told.add(ZarrKeys.ZATTRS);
    }
  }

  private void compare(ZarrNode older, ZarrNode newer, Consumer<ZarrChange> consumer) {
    String olderName = older.key().name();
    String newerName = newer.key().name();
    Set<String> documents = new TreeSet<>(List.of(olderName, newerName));
    compareMembers(older, newer, documents, consumer);
    compareAttributes(olderName, newerName, consumer);
  }

  private void compareMembers(
      ZarrNode older, ZarrNode newer, Set<String> documents, Consumer<ZarrChange> consumer) {
    ObjectNode old = structure(before, older.key().name());
    ObjectNode now = structure(after, newer.key().name());
    for (String field : names(old, now)) {
      Optional<JsonNode> oldValue = Optional.ofNullable(old.get(field));
      Optional<JsonNode> newValue = Optional.ofNullable(now.get(field));
      if (oldValue.equals(newValue)) {
        continue;
      }
      told.addAll(documents);
      if (field.equals(SHAPE) && older instanceof ArrayNode a && newer instanceof ArrayNode b) {
        consumer.accept(
            new ZarrChange.ArrayResized(path, a.document().shape(), b.document().shape()));
      } else {
        consumer.accept(new ZarrChange.MetadataChanged(path, field, oldValue, newValue));
      }
    }
  }

  private static ObjectNode structure(NodeState state, String name) {
    return state
        .members(
            name, field -> !name.equals(ZarrKeys.ZARR_JSON) || !field.equals(NodeState.ATTRIBUTES))
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private void compareAttributes(
      String olderName, String newerName, Consumer<ZarrChange> consumer) {
    Optional<ObjectNode> old = before.attributes(olderName);
    Optional<ObjectNode> now = after.attributes(newerName);
    if (old.isEmpty() || now.isEmpty()) {
      return; // Attributes that cannot be read are a file.
    }
    for (String name : names(old.get(), now.get())) {
      Optional<JsonNode> oldValue = Optional.ofNullable(old.get().get(name));
      Optional<JsonNode> newValue = Optional.ofNullable(now.get().get(name));
      if (!oldValue.equals(newValue)) {
        told.add(olderName.equals(ZarrKeys.ZARR_JSON) ? olderName : ZarrKeys.ZATTRS);
        told.add(newerName.equals(ZarrKeys.ZARR_JSON) ? newerName : ZarrKeys.ZATTRS);
        consumer.accept(new ZarrChange.AttributeChanged(path, name, oldValue, newValue));
      }
    }
  }

  /** The shape first, then members as the older document has them, then those that are new. */
  private static Set<String> names(ObjectNode old, ObjectNode now) {
    Set<String> names = new LinkedHashSet<>();
    if (old.has(SHAPE) || now.has(SHAPE)) {
      names.add(SHAPE);
    }
    for (Iterator<String> name = old.fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    for (Iterator<String> name = now.fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    return names;
  }
}
