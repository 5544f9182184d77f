package dev.varve.zarr;

import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The array that differing keys below a directory belong to, and how many of its chunks were seen
 * to differ. One thread.
 */
final class ChunkTally {
  private final ZarrPath path;

  /** The keys of the chunks after the change, else before it. */
  private final Optional<ChunkKeys> after;

  private final Optional<ChunkKeys> before;

  private long added;
  private long changed;
  private long removed;
  private long bytesAdded;
  private long bytesRemoved;

  ChunkTally(ZarrPath path, Optional<ArrayDocument> before, Optional<ArrayDocument> after) {
    this.path = path;
    this.before = before.map(ChunkKeys::new);
    this.after = after.map(ChunkKeys::new);
  }

  ZarrPath path() {
    return path;
  }

  /**
   * The chunk that a key stands for. Inside one of the two grids, so that a chunk which a smaller
   * shape cut off is a chunk that was removed; the newer document is asked first.
   */
  Optional<ChunkCoords> coords(Difference difference) {
    String relative = path.relative(difference.key()).orElseThrow();
    Optional<ChunkCoords> newer = after.flatMap(keys -> keys.coords(relative)).filter(this::inside);
    return newer.isPresent()
        ? newer
        : before.flatMap(keys -> keys.coords(relative)).filter(this::inside);
  }

  private boolean inside(ChunkCoords coords) {
    return after.filter(keys -> keys.inside(coords)).isPresent()
        || before.filter(keys -> keys.inside(coords)).isPresent();
  }

  void count(Difference difference) {
    if (difference.added()) {
      added++;
    } else if (difference.removed()) {
      removed++;
    } else {
      changed++;
    }
    bytesAdded += difference.after().map(Entry::length).orElse(0L);
    bytesRemoved += difference.before().map(Entry::length).orElse(0L);
  }

  void report(Consumer<ZarrChange> consumer) {
    if (added + changed + removed > 0) {
      consumer.accept(
          new ZarrChange.ChunkTotals(path, added, changed, removed, bytesAdded, bytesRemoved));
    }
  }
}
