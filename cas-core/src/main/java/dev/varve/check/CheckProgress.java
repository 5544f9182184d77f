package dev.varve.check;

/** Is told how far a check is, by the threads that read. To be thread-safe, and quick. */
@FunctionalInterface
public interface CheckProgress {
  /** Nobody listens. */
  CheckProgress NONE = (objects, bytes) -> {};

  /** So many objects of so many bytes were read and found right so far. */
  void checked(long objects, long bytes);
}
