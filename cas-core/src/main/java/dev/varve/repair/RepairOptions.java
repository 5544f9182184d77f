package dev.varve.repair;

import dev.varve.version.Repository;
import java.util.Optional;

/**
 * How to repair. Immutable.
 *
 * @param other a repository to take from, named by the same algorithm
 * @param mode whether to change anything
 * @param threads how many read values
 */
public record RepairOptions(Optional<Repository> other, Mode mode, int threads) {
  /** Whether to change anything. */
  public enum Mode {
    /** Mend. */
    MEND,
    /** Only tell what would be done. */
    PREVIEW
  }
}
