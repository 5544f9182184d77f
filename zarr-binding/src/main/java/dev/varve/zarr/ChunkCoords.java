package dev.varve.zarr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a chunk stands in the grid of its array: one index a dimension, none for a scalar array.
 * Immutable.
 */
public final class ChunkCoords {
  private final long[] indices;

  private ChunkCoords(long[] indices) {
    this.indices = indices;
  }

  /** The coordinates with these indices, none negative. */
  public static ChunkCoords of(long... indices) {
    for (long index : indices) {
      if (index < 0) {
        throw new IllegalArgumentException(
            "a chunk index is not negative: " + Arrays.toString(indices));
      }
    }
    return new ChunkCoords(indices.clone());
  }

  /** Number of dimensions. */
  public int rank() {
    return indices.length;
  }

  /** The index along a dimension. */
  public long at(int dimension) {
    return indices[dimension];
  }

  /** The indices, outermost dimension first. */
  public List<Long> toList() {
    List<Long> list = new ArrayList<>(indices.length);
    for (long index : indices) {
      list.add(index);
    }
    return List.copyOf(list);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkCoords coords && Arrays.equals(indices, coords.indices);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(indices);
  }

  /** As in {@code [3, 0, 1]}; {@code []} for a scalar array. */
  @Override
  public String toString() {
    return Arrays.toString(indices);
  }
}
