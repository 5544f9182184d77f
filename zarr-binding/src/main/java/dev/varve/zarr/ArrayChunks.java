package dev.varve.zarr;

import dev.varve.error.InvalidNameException;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Part;
import dev.varve.zarr.ZarrNode.ArrayNode;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks of an array are there. An absent chunk is an answer (clients read the fill value),
 * and so is a key below the array that is no chunk. Reads no chunk, and holds nothing but its
 * place. As thread-safe as the view.
 */
public final class ArrayChunks {
  private final ZarrTree tree;
  private final ArrayNode array;
  private final ChunkKeys keys;

  /** Whether other nodes stand below the array, so that keys there may be theirs. */
  private final boolean shared;

  ArrayChunks(ZarrTree tree, ArrayNode array) {
    this.tree = tree;
    this.array = array;
    this.keys = new ChunkKeys(array.document());
    this.shared = tree.hasNodesBelow(array.path());
  }

  /** The keys of the chunks. */
  public ChunkKeys keys() {
    return keys;
  }

  /** Number of places in the grid, {@link Long#MAX_VALUE} standing for that many or more. */
  public long total() {
    return keys.total();
  }

  /** Number of chunks that are there, inside the grid. Looks at every key below the array. */
  public long present() {
    long count = 0;
    for (Iterator<KeyEntry> chunk = chunks(); chunk.hasNext(); chunk.next()) {
      count++;
    }
    return count;
  }

  /** The chunks that are there, inside the grid, in key order. */
  public Iterator<KeyEntry> chunks() {
    return owned(this::inGrid);
  }

  /** Keys below the array that are neither documents nor chunks of its grid, in key order. */
  public Iterator<KeyEntry> stray() {
    return owned(entry -> !inGrid(entry));
  }

  /**
   * The places in the grid without a chunk, last dimension fastest, found as the iterator goes with
   * one look-up a place.
   */
  public Iterator<ChunkCoords> missing() {
    return new Missing();
  }

  private boolean inGrid(KeyEntry entry) {
    return array
        .path()
        .relative(entry.key())
        .flatMap(keys::coords)
        .filter(keys::inside)
        .isPresent();
  }

  private Iterator<KeyEntry> owned(Predicate<KeyEntry> wanted) {
    return new Filtered<>(
        tree.view().entries(Part.CHUNKS, array.path().directory()),
        entry -> mine(entry) && wanted.test(entry));
  }

  private boolean mine(KeyEntry entry) {
    return !shared
        || tree.owner(entry.key()).filter(owner -> owner.path().equals(array.path())).isPresent();
  }

  private boolean present(ChunkCoords coords) {
    try {
      return tree.view().entry(keys.key(array.path(), coords)).isPresent();
    } catch (InvalidNameException tooLong) {
      return false; // No key can be that long, so nothing can be stored there.
    }
  }

  private final class Missing implements Iterator<ChunkCoords> {
    private final long[] at = new long[keys.rank()];
    private boolean end = keys.exactTotal().signum() == 0;
    private @Nullable ChunkCoords found;

    @Override
    public boolean hasNext() {
      while (found == null && !end) {
        ChunkCoords coords = ChunkCoords.of(at);
        advance();
        if (!present(coords)) {
          found = coords;
        }
      }
      return found != null;
    }

    @Override
    public ChunkCoords next() {
      ChunkCoords next = hasNext() ? found : null;
      if (next == null) {
        throw new NoSuchElementException("no place without a chunk is left");
      }
      found = null;
      return next;
    }

    private void advance() {
      for (int i = at.length - 1; i >= 0; i--) {
        if (++at[i] < keys.count(i)) {
          return;
        }
        at[i] = 0;
      }
      end = true;
    }
  }
}
