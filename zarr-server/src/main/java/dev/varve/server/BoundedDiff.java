package dev.varve.server;

import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrChange;
import dev.varve.zarr.ZarrDiff;
import java.util.ArrayList;
import java.util.List;

/**
 * The first changes between two snapshots. Immutable.
 *
 * @param changes the changes, in the order of {@link ZarrDiff}; with its summary where none is left
 *     out
 * @param truncated whether there are more
 */
record BoundedDiff(List<ZarrChange> changes, boolean truncated) {
  BoundedDiff {
    changes = List.copyOf(changes);
  }

  /** Ends a diff in its midst; it has no other way to be told. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough changes were found", null, false, false);
    }
  }

  /** Finds them; with {@code stat}, chunks as totals alone. Costs what differs, up to the bound. */
  static BoundedDiff run(
      Repository repository, Snapshot before, Snapshot after, int most, boolean stat) {
    List<ZarrChange> changes = new ArrayList<>();
    try {
      ZarrDiff.run(
          repository,
          before,
          after,
          change -> {
            if (stat && change instanceof ZarrChange.ChunkChanged) {
              return;
            }
            if (changes.size() >= most && !(change instanceof ZarrChange.Summary)) {
              throw new Enough();
            }
            changes.add(change);
          });
      return new BoundedDiff(changes, false);
    } catch (Enough enough) {
      return new BoundedDiff(changes, true);
    }
  }
}
