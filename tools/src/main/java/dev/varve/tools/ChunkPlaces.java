package dev.varve.tools;

import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.zarr.ChunkCoords;
import dev.varve.zarr.ChunkRef;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Finds the array and the chunk that a key belongs to, in the first of several commits that has an
 * array there. One thread.
 */
final class ChunkPlaces {
  private final List<ZarrTree> trees;

  /** Looks in these commits, in this order. */
  ChunkPlaces(Repository repository, Collection<ContentHash> commits) {
    trees =
        new LinkedHashSet<>(commits)
            .stream().map(id -> new ZarrTree(repository.snapshot(id))).toList();
  }

  /**
   * Where a key belongs. Immutable.
   *
   * @param array the array at or above the key's directory
   * @param chunk the chunk's coordinates, where the key is one
   */
  record Place(Optional<ZarrPath> array, Optional<ChunkCoords> chunk) {
    /** No array is there. */
    static final Place NONE = new Place(Optional.empty(), Optional.empty());

    /** Adds {@code array} and {@code chunk} to a line, null where there is none. */
    JsonLine addTo(JsonLine line) {
      line.put("array", array.map(ZarrPath::toString).orElse(null));
      return chunk.isPresent()
          ? line.numbers("chunk", chunk.get().toList())
          : line.put("chunk", (String) null);
    }

    /** The place in words, with a space before it; nothing where there is none. */
    String words() {
      return array
          .map(
              path ->
                  " ("
                      + Words.safe(path.toString())
                      + chunk.map(c -> " chunk " + c).orElse("")
                      + ")")
          .orElse("");
    }
  }

  /** Where a key belongs; where metadata cannot be read to tell, nowhere. */
  Place of(Key key) {
    for (ZarrTree tree : trees) {
      try {
        Optional<ZarrPath> array = tree.owner(key).map(ZarrNode.ArrayNode::path);
        if (array.isPresent()) {
          return new Place(array, tree.chunk(key).map(ChunkRef::coords));
        }
      } catch (StoreException damaged) {
        // The place only adds to a finding; what is damaged here is a finding of its own.
      }
    }
    return Place.NONE;
  }
}
