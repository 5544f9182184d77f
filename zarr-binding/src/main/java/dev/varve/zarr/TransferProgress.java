package dev.varve.zarr;

/** Hears how far an import or export has come, on the thread that called it. */
@FunctionalInterface
public interface TransferProgress {
  /** Hears nothing. */
  TransferProgress NONE = (keys, bytes) -> {};

  /** So many keys, of so many bytes, are done since the beginning. */
  void done(long keys, long bytes);
}
