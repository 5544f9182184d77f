package dev.varve.zarr;

import dev.varve.tree.Key;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * The keys of an array's chunks. Every place in the grid has exactly one key, and every such key
 * one place: indices have no sign and no leading zero. Immutable.
 */
public final class ChunkKeys {
  private final ChunkKeyEncoding encoding;

  /** Number of chunks along each dimension. */
  private final long[] grid;

  /** The keys of the array that a document describes. */
  public ChunkKeys(ArrayDocument array) {
    encoding = array.keys();
    List<Long> shape = array.shape();
    grid = new long[shape.size()];
    for (int i = 0; i < grid.length; i++) {
      long length = shape.get(i);
      grid[i] = length == 0 ? 0 : (length - 1) / array.chunkShape().get(i) + 1;
    }
  }

  /** Number of dimensions. */
  public int rank() {
    return grid.length;
  }

  /** Number of chunks along a dimension; 0 where the array has no extent there. */
  public long count(int dimension) {
    return grid[dimension];
  }

  /** Number of chunks of the whole grid, {@link Long#MAX_VALUE} standing for that many or more. */
  public long total() {
    BigInteger exact = exactTotal();
    return exact.bitLength() < Long.SIZE ? exact.longValueExact() : Long.MAX_VALUE;
  }

  /** Number of chunks of the whole grid. */
  public BigInteger exactTotal() {
    BigInteger total = BigInteger.ONE;
    for (long count : grid) {
      total = total.multiply(BigInteger.valueOf(count));
    }
    return total;
  }

  /** Whether the grid has such a place. */
  public boolean inside(ChunkCoords coords) {
    if (coords.rank() != grid.length) {
      return false;
    }
    for (int i = 0; i < grid.length; i++) {
      if (coords.at(i) >= grid[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The key of a chunk, relative to its array.
   *
   * @throws IllegalArgumentException where the number of dimensions is not the array's
   */
  public String relativeKey(ChunkCoords coords) {
    if (coords.rank() != grid.length) {
      throw new IllegalArgumentException(
          "the array has " + grid.length + " dimensions, the coordinates " + coords);
    }
    StringBuilder key = new StringBuilder();
    if (encoding.style() == ChunkKeyEncoding.Style.DEFAULT) {
      key.append('c');
    } else if (grid.length == 0) {
      key.append('0');
    }
    for (int i = 0; i < grid.length; i++) {
      if (!key.isEmpty()) {
        key.append(encoding.separator());
      }
      key.append(coords.at(i));
    }
    return key.toString();
  }

  /**
   * The key of a chunk.
   *
   * @throws dev.varve.error.InvalidNameException where it is longer than a key may be
   */
  public Key key(ZarrPath array, ChunkCoords coords) {
    return array.key(relativeKey(coords));
  }

  /**
   * The coordinates that a key stands for, given relative to its array; empty where it is not the
   * key of a chunk. They need not be inside the grid.
   */
  public Optional<ChunkCoords> coords(String relative) {
    boolean prefixed = encoding.style() == ChunkKeyEncoding.Style.DEFAULT;
    if (grid.length == 0) {
      return relative.equals(prefixed ? "c" : "0")
          ? Optional.of(ChunkCoords.of())
          : Optional.empty();
    }
    int at = 0;
    if (prefixed) {
      if (!relative.startsWith("c")
          || relative.length() < 2
          || relative.charAt(1) != encoding.separator()) {
        return Optional.empty();
      }
      at = 2;
    }
    long[] indices = new long[grid.length];
    for (int i = 0; i < grid.length; i++) {
      int end =
          i == grid.length - 1 ? relative.length() : relative.indexOf(encoding.separator(), at);
      long index = end < 0 ? -1 : index(relative, at, end);
      if (index < 0) {
        return Optional.empty();
      }
      indices[i] = index;
      at = end + 1;
    }
    return Optional.of(ChunkCoords.of(indices));
  }

  /**
   * The number written canonically in ASCII digits, or -1 where there is none, or one too large.
   */
  private static long index(String text, int from, int to) {
    int digits = to - from;
    if (digits < 1 || digits > 19 || digits > 1 && text.charAt(from) == '0') {
      return -1;
    }
    long index = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      // Nineteen digits overflow at most into the sign, where every further step is seen too.
      index = index * 10 + digit;
      if (index < 0) {
        return -1;
      }
    }
    return index;
  }
}
