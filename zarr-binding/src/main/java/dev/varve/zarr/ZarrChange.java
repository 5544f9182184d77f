package dev.varve.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Difference;
import dev.varve.tree.Key;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One thing that differs between two states, as a user of Zarr would say it. Immutable. */
public sealed interface ZarrChange {
  /** What became of a key. */
  enum Change {
    /** Only the second state has it. */
    ADDED,
    /** Both have it, with different values. */
    CHANGED,
    /** Only the first state has it. */
    REMOVED;

    /** The word used on the command line and in JSON. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Change of(Difference difference) {
      return difference.added() ? ADDED : difference.removed() ? REMOVED : CHANGED;
    }
  }

  /** An array is new. Its attributes and metadata are not told, its chunks are. */
  record ArrayAdded(ZarrPath path) implements ZarrChange {}

  /** An array is gone; likewise. */
  record ArrayRemoved(ZarrPath path) implements ZarrChange {}

  /** A group is new. Its attributes and metadata are not told. */
  record GroupAdded(ZarrPath path) implements ZarrChange {}

  /** A group is gone; likewise. */
  record GroupRemoved(ZarrPath path) implements ZarrChange {}

  /** An array has another shape. */
  record ArrayResized(ZarrPath path, List<Long> before, List<Long> after) implements ZarrChange {}

  /** An attribute of a node differs; a value is empty where that state has no such attribute. */
  record AttributeChanged(
      ZarrPath path, String name, Optional<JsonNode> before, Optional<JsonNode> after)
      implements ZarrChange {}

  /** Another member of a node's document differs; likewise. */
  record MetadataChanged(
      ZarrPath path, String field, Optional<JsonNode> before, Optional<JsonNode> after)
      implements ZarrChange {}

  /** A chunk differs; a content hash is empty where that state has no such chunk. */
  record ChunkChanged(
      ZarrPath path,
      ChunkCoords coords,
      Change change,
      Optional<ContentHash> before,
      Optional<ContentHash> after)
      implements ZarrChange {}

  /**
   * How many chunks of an array differ; never all zero.
   *
   * @param bytesAdded length of the new values of added and changed chunks
   * @param bytesRemoved length of the old values of changed and removed chunks
   */
  record ChunkTotals(
      ZarrPath path, long added, long changed, long removed, long bytesAdded, long bytesRemoved)
      implements ZarrChange {}

  /**
   * A key differs of which nothing else is said: it is neither a chunk nor a document whose meaning
   * changed.
   */
  record FileChanged(Key key, Change change) implements ZarrChange {}

  /** Always the last: how many keys differ in all. */
  record Summary(long keysAdded, long keysChanged, long keysRemoved) implements ZarrChange {}
}
