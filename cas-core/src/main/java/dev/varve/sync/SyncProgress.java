package dev.varve.sync;

/** Is told how far a copy is. One thread at a time. */
@FunctionalInterface
public interface SyncProgress {
  /** Tells nobody. */
  SyncProgress NONE = (objects, bytes) -> {};

  /** So many objects of so many bytes were sent so far. */
  void sent(long objects, long bytes);

  /** How far it is in full; says what was sent to whoever asks for no more. */
  default void at(SyncState state) {
    sent(state.objects(), state.bytes());
  }
}
