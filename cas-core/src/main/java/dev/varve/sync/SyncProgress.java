package dev.varve.sync;

/** Is told how far a copy is. One thread. */
@FunctionalInterface
public interface SyncProgress {
  /** So many objects of so many bytes were sent so far. */
  void sent(long objects, long bytes);
}
