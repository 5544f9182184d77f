package dev.varve.zarr;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.View;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one side did to the node at a path, next to the base and to what the other side has there.
 * One thread.
 */
final class NodeChange {
  private final ZarrPath path;
  private final NodeState base;
  private final NodeState mine;
  private final NodeState other;
  private @Nullable List<ArrayDocument> arrays;

  private NodeChange(ZarrPath path, NodeState base, NodeState mine, NodeState other) {
    this.path = path;
    this.base = base;
    this.mine = mine;
    this.other = other;
  }

  /** The change from {@code base} to {@code mine} at a path. */
  static NodeChange at(ZarrPath path, View base, View mine, View other) {
    return new NodeChange(
        path, NodeState.of(base, path), NodeState.of(mine, path), NodeState.of(other, path));
  }

  ZarrPath path() {
    return path;
  }

  /** The name of the first document that makes a node and differs, in key order. */
  String firstDocument() {
    for (String name : ZarrKeys.DOCUMENTS) {
      if (ZarrKeys.NODE_DOCUMENTS.contains(name)
          && !base.document(name).equals(mine.document(name))) {
        return name;
      }
    }
    return "";
  }

  /** Whether the other side came to the same node, attributes aside. */
  boolean agreed() {
    return ZarrKeys.NODE_DOCUMENTS.stream().allMatch(name -> sameStructure(name, mine, other));
  }

  /** Whether the side deleted the node. */
  boolean deleted() {
    return base.exists() && !mine.exists();
  }

  /** Whether the side made a node where there was none. */
  boolean created() {
    return !base.exists() && mine.exists();
  }

  /** Whether the side made a document that the other has not. */
  boolean createdAlone() {
    return ZarrKeys.NODE_DOCUMENTS.stream()
        .anyMatch(
            name ->
                base.document(name).isEmpty()
                    && mine.document(name).isPresent()
                    && other.document(name).isEmpty());
  }

  /** Whether the side changed the structure of what was, or may have been, an array. */
  boolean restructured() {
    return mayBeArray(base)
        && !ZarrKeys.NODE_DOCUMENTS.stream().allMatch(name -> sameStructure(name, base, mine));
  }

  /** Whether there is an array now, and there was none. */
  boolean becameArray() {
    return mine.array().isPresent() && !mayBeArray(base);
  }

  private static boolean mayBeArray(NodeState state) {
    return state.node().filter(node -> !(node instanceof ZarrNode.GroupNode)).isPresent();
  }

  /** Documents that cannot be read have the same structure only where they have the same bytes. */
  private static boolean sameStructure(String name, NodeState a, NodeState b) {
    Optional<Entry> left = a.document(name);
    Optional<Entry> right = b.document(name);
    if (left.equals(right)) {
      return true;
    }
    if (left.isEmpty() || right.isEmpty()) {
      return false;
    }
    Optional<ObjectNode> old = structure(name, a);
    Optional<ObjectNode> now = structure(name, b);
    return old.isPresent() && old.equals(now);
  }

  private static Optional<ObjectNode> structure(String name, NodeState state) {
    boolean version3 = name.equals(ZarrKeys.ZARR_JSON);
    return state.members(
        name,
        field ->
            !version3
                || !field.equals(NodeState.ATTRIBUTES) && !field.equals(NodeState.CONSOLIDATED));
  }

  /**
   * Whether a key below is written as a chunk by any side's document; where none can be read, any
   * key may be.
   */
  boolean isChunk(Key key) {
    List<ArrayDocument> arrays = arrays();
    return arrays.isEmpty() || coords(key, arrays).isPresent();
  }

  /** The chunk that a key stands for, in words. */
  String chunkLabel(Key key) {
    return coords(key, arrays())
            .map(coords -> "chunk " + coords)
            .orElseGet(() -> "key " + path.relative(key).orElse(key.toString()))
        + " of array "
        + path;
  }

  /** The node as it was, in words. */
  String baseLabel() {
    Optional<ZarrNode> node = base.node();
    return (node.filter(ZarrNode.ArrayNode.class::isInstance).isPresent()
            ? "array "
            : node.filter(ZarrNode.GroupNode.class::isInstance).isPresent() ? "group " : "node ")
        + path;
  }

  /** The members of the document that differ, in words; "metadata" where they cannot be told. */
  String changedFields() {
    String name = firstDocument();
    Optional<ObjectNode> old = structure(name, base);
    Optional<ObjectNode> now = structure(name, mine);
    if (old.isEmpty() || now.isEmpty()) {
      return "metadata";
    }
    Set<String> fields = new LinkedHashSet<>();
    old.get().fieldNames().forEachRemaining(fields::add);
    now.get().fieldNames().forEachRemaining(fields::add);
    fields.removeIf(
        field ->
            Optional.ofNullable(old.get().get(field))
                .equals(Optional.ofNullable(now.get().get(field))));
    return fields.isEmpty() || fields.size() > 3 ? "metadata" : String.join(" and ", fields);
  }

  /** The documents by which keys below are chunks, each parsed once. */
  private List<ArrayDocument> arrays() {
    List<ArrayDocument> known = arrays;
    if (known == null) {
      known = Stream.of(other, base, mine).flatMap(state -> state.array().stream()).toList();
      arrays = known;
    }
    return known;
  }

  private Optional<ChunkCoords> coords(Key key, List<ArrayDocument> arrays) {
    String relative = path.relative(key).orElseThrow();
    return arrays.stream()
        .flatMap(array -> new ChunkKeys(array).coords(relative).stream())
        .findFirst();
  }
}
