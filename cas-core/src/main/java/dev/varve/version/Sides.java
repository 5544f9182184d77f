package dev.varve.version;

import dev.varve.tree.Difference;
import java.util.Iterator;

/** Two changes of one base, as a {@link ConflictRule} sees them. One thread. */
public interface Sides {
  /**
   * What our side changed below a directory ("" for all), in key order; costs what changed there.
   */
  Iterator<Difference> ours(Part part, String directory);

  /** What their side changed below a directory, likewise. */
  Iterator<Difference> theirs(Part part, String directory);

  /** The state before both. */
  View base();

  /** The state with our edits. */
  View ours();

  /** The state with theirs. */
  View theirs();
}
