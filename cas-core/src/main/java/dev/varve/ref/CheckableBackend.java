package dev.varve.ref;

/** A backend with a structure of its own beneath blobs and refs. An extra power. Thread-safe. */
public interface CheckableBackend extends Backend {
  /**
   * Reads and checks the whole structure, but not the values in it, which have hashes.
   *
   * @throws dev.varve.error.CorruptDataException where it is damaged; reading on could be misled
   */
  void checkStructure();
}
