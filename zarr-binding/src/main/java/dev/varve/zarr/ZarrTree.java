package dev.varve.zarr;

import dev.varve.tree.Key;
import dev.varve.version.Part;
import dev.varve.version.View;
import dev.varve.zarr.ZarrNode.ArrayNode;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a view, and the arrays that its keys belong to. Holds one array's document. As
 * thread-safe as the view; over a transaction, make a new one after edits.
 */
public final class ZarrTree {
  private final View view;

  /** The array that the last key asked for belongs to; neighbouring keys mostly share it. */
  private volatile @Nullable Owner last;

  /**
   * @param directory what the keys that were found to belong to the array begin with
   * @param array the array, or empty where no array stands above the directory
   */
  private record Owner(String directory, Optional<ArrayNode> array) {}

  /** The nodes of {@code view}. */
  public ZarrTree(View view) {
    this.view = view;
  }

  /** The view looked at. */
  public View view() {
    return view;
  }

  /** The node at a path, or empty where no document makes one. */
  public Optional<ZarrNode> node(ZarrPath path) {
    return NodeState.of(view, path).node();
  }

  /**
   * Every node at or below a path, a node before what lies below it, and siblings in the order of
   * their keys. Found as the iterator goes, reading metadata alone; it holds one path of nodes.
   */
  public Iterator<ZarrNode> nodes(ZarrPath below) {
    return new NodeWalk(view, below);
  }

  /** The chunks of an array of this view. */
  public ArrayChunks chunks(ArrayNode array) {
    return new ArrayChunks(this, array);
  }

  /** The array that a key belongs to: the nearest at or above its directory. */
  public Optional<ArrayNode> owner(Key key) {
    String text = key.toString();
    Owner known = last;
    if (known != null && text.startsWith(known.directory)) {
      return known.array;
    }
    ZarrPath directory = ZarrPath.parentOf(key);
    Optional<ArrayNode> array = Optional.empty();
    for (Optional<ZarrPath> at = Optional.of(directory);
        at.isPresent() && array.isEmpty();
        at = at.get().parent()) {
      array = node(at.get()).filter(ArrayNode.class::isInstance).map(ArrayNode.class::cast);
    }
    if (array.isPresent() && !hasNodesBelow(array.get().path())) {
      last = new Owner(array.get().path().directory(), array);
    }
    return array;
  }

  /**
   * The chunk that a key stands for: in the array it belongs to, whether or not the grid has such a
   * place. Empty where the key belongs to no array, or is not written as its chunks are.
   */
  public Optional<ChunkRef> chunk(Key key) {
    return owner(key)
        .flatMap(
            array ->
                array
                    .path()
                    .relative(key)
                    .flatMap(relative -> new ChunkKeys(array.document()).coords(relative))
                    .map(coords -> new ChunkRef(array.path(), coords)));
  }

  /** Whether documents stand below a path that are not its own. */
  boolean hasNodesBelow(ZarrPath path) {
    return view.totals(Part.META, path.directory()).keys() > NodeState.of(view, path).count();
  }
}
