package dev.varve.blob;

/** Limits that every storage driver and caller share. */
public final class Blobs {
  /** The largest blob that is handled as one buffer, in bytes. Larger ones go through streams. */
  public static final int MAX_WHOLE = 8 << 20;

  /** The most bytes asked of {@link StoredBlob#read} in one call. */
  public static final int MAX_READ = 8 << 20;

  /** The largest value that can be stored, in bytes. */
  public static final long MAX_VALUE = 1L << 40;

  private Blobs() {}
}
