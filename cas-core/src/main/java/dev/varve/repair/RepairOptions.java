package dev.varve.repair;

import dev.varve.version.Repository;
import java.util.Optional;

/**
 * How to repair. Immutable.
 *
 * @param other a repository to take from, named by the same algorithm
 * @param mode whether to change anything
 * @param refs whether refs may lack here altogether
 * @param threads how many read values
 */
public record RepairOptions(Optional<Repository> other, Mode mode, Refs refs, int threads) {
  /** Whether refs may lack here altogether. */
  public enum Refs {
    /** All that ever were have a record here, readable or not. */
    ALL_HERE,
    /**
     * Some may be gone without a trace: those of the other repository are made here, and commits
     * that no ref holds are told.
     */
    MAY_LACK
  }

  /** Whether to change anything. */
  public enum Mode {
    /** Mend. */
    MEND,
    /** Only tell what would be done. */
    PREVIEW
  }
}
