package dev.varve.zarr;

/**
 * How chunk coordinates are written as a key. Immutable.
 *
 * @param style what stands before the indices
 * @param separator what stands between them: '/' or '.'
 */
public record ChunkKeyEncoding(Style style, char separator) {
  /** The two encodings that exist. */
  public enum Style {
    /** {@code c/0/1}: format 3. A scalar array's chunk is {@code c}. */
    DEFAULT,
    /**
     * {@code 0.1}: format 2, and format 3 where it says so. A scalar array's chunk is {@code 0}.
     */
    V2
  }

  /** Checks the separator. */
  public ChunkKeyEncoding {
    if (separator != '/' && separator != '.') {
      throw new IllegalArgumentException("a separator is '/' or '.', not '" + separator + "'");
    }
  }
}
