package dev.varve.zarr;

/**
 * How to import. Immutable.
 *
 * @param at the group (or any path) below which the source's keys are put
 * @param rest what becomes of keys there that the source lacks
 * @param threads how many threads read and hash
 */
public record ImportOptions(ZarrPath at, Rest rest, int threads) {
  /** What becomes of keys that the source lacks. */
  public enum Rest {
    /** They stay. */
    KEEP,
    /** They are removed. */
    DELETE
  }

  /** At the root, keeping what is there, with a thread for each processor. */
  public static final ImportOptions DEFAULT =
      new ImportOptions(ZarrPath.ROOT, Rest.KEEP, Runtime.getRuntime().availableProcessors());

  /** Checks the number of threads. */
  public ImportOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("at least one thread is needed, not " + threads);
    }
  }

  /** This, at another path. */
  public ImportOptions at(ZarrPath path) {
    return new ImportOptions(path, rest, threads);
  }

  /** This, with another treatment of keys that the source lacks. */
  public ImportOptions rest(Rest treatment) {
    return new ImportOptions(at, treatment, threads);
  }
}
