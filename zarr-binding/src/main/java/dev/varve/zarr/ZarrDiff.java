package dev.varve.zarr;

import dev.varve.tree.Difference;
import dev.varve.tree.Key;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.View;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what differs between two states in the words of Zarr. One use, one thread.
 *
 * <p>Order: a node before what lies below it, siblings in key order. For each node first what its
 * documents say, then its chunks one by one, then their totals; a {@link ZarrChange.Summary} ends
 * it.
 *
 * <p>Cost: that of the differing keys, and of the documents above them; no chunk is read. Memory:
 * two documents at a time, and one tally for each array on the path of the key at hand.
 */
public final class ZarrDiff {
  private final View before;
  private final View after;
  private final Peeking<Difference> documents;
  private final Peeking<Difference> others;
  private final Consumer<ZarrChange> consumer;
  private long added;
  private long changed;
  private long removed;

  private ZarrDiff(
      View before,
      View after,
      Iterator<Difference> documents,
      Iterator<Difference> others,
      Consumer<ZarrChange> consumer) {
    this.before = before;
    this.after = after;
    this.documents = new Peeking<>(documents);
    this.others = new Peeking<>(others);
    this.consumer = consumer;
  }

  /** Hands every change from one state to another to a consumer, as it is found. */
  public static void run(
      Repository repository, Snapshot before, Snapshot after, Consumer<ZarrChange> consumer) {
    ZarrDiff diff =
        new ZarrDiff(
            before,
            after,
            repository.diff(before.manifest(), after.manifest(), Part.META, ""),
            repository.diff(before.manifest(), after.manifest(), Part.CHUNKS, ""),
            consumer);
    if (diff.nextKey() != null) {
      diff.directory(ZarrPath.ROOT, Optional.empty());
    }
    consumer.accept(new ZarrChange.Summary(diff.added, diff.changed, diff.removed));
  }

  /**
   * Tells of the node at a path and of everything below it. Both rows of differences stand at their
   * first key below the path, and behind the last one afterwards.
   *
   * @param above the array that keys belong to where the path itself is none
   */
  private void directory(ZarrPath path, Optional<ChunkTally> above) {
    NodeState older = NodeState.of(before, path);
    NodeState newer = NodeState.of(after, path);
    new NodeDiff(path, older, newer).tell(consumer);
    Optional<ArrayDocument> olderArray = older.array();
    Optional<ArrayDocument> newerArray = newer.array();
    if (olderArray.isEmpty() && newerArray.isEmpty()) {
      keys(path, above, false);
      return;
    }
    // Where no other node stands below an array, its directories need not be looked at one by one.
    boolean alone =
        before.totals(Part.META, path.directory()).keys() == older.count()
            && after.totals(Part.META, path.directory()).keys() == newer.count();
    ChunkTally array = new ChunkTally(path, olderArray, newerArray);
    keys(path, Optional.of(array), alone);
    array.report(consumer);
  }

  private void keys(ZarrPath path, Optional<ChunkTally> array, boolean flat) {
    byte[] prefix = path.prefix();
    for (Key key = nextKey(); key != null && key.startsWith(prefix); key = nextKey()) {
      String relative = path.relative(key).orElseThrow();
      int slash = relative.indexOf('/');
      if (slash >= 0 && !flat) {
        directory(path.child(relative.substring(0, slash)), array);
      } else if (key.equals(keyOf(documents.peek()))) {
        count(documents); // The directory's own document, told of when it was entered.
      } else {
        other(count(others), array);
      }
    }
  }

  private void other(Difference difference, Optional<ChunkTally> array) {
    Optional<ChunkCoords> coords = array.flatMap(tally -> tally.coords(difference));
    if (array.isEmpty() || coords.isEmpty()) {
      consumer.accept(
          new ZarrChange.FileChanged(difference.key(), ZarrChange.Change.of(difference)));
      return;
    }
    array.get().count(difference);
    consumer.accept(
        new ZarrChange.ChunkChanged(
            array.get().path(),
            coords.get(),
            ZarrChange.Change.of(difference),
            difference.before().map(before::hashOf),
            difference.after().map(after::hashOf)));
  }

  /** Takes the next of a row. */
  private Difference count(Peeking<Difference> row) {
    Difference difference = row.peek();
    if (difference == null) {
      throw new IllegalStateException("a row of differences ended early");
    }
    row.take();
    if (difference.added()) {
      added++;
    } else if (difference.removed()) {
      removed++;
    } else {
      changed++;
    }
    return difference;
  }

  private @Nullable Key nextKey() {
    Key document = keyOf(documents.peek());
    Key other = keyOf(others.peek());
    if (document == null || other == null) {
      return document == null ? other : document;
    }
    return document.compareTo(other) < 0 ? document : other;
  }

  private static @Nullable Key keyOf(@Nullable Difference difference) {
    return difference == null ? null : difference.key();
  }
}
