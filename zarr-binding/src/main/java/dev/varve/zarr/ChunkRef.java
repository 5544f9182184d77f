package dev.varve.zarr;

/** A chunk by its array and its place in the grid. Immutable. */
public record ChunkRef(ZarrPath array, ChunkCoords coords) {
  /** As in {@code /air [3, 0, 1]}. */
  @Override
  public String toString() {
    return array + " " + coords;
  }
}
