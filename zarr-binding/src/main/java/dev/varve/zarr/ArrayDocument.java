package dev.varve.zarr;

import java.util.List;

/**
 * An array: {@code .zarray}, or a {@code zarr.json} of that node type. Immutable.
 *
 * @param zarrFormat 2 or 3
 * @param shape length of each dimension, none negative; empty for a scalar array
 * @param chunkShape shape of what one key holds (of a shard, where the array is sharded); as many
 *     as {@code shape}, each at least 1, or 0 along a dimension of length 0
 * @param dataType the name of the type; format 2 gives a record type as JSON text
 * @param keys how chunk coordinates are written as keys
 * @param sharded whether each key holds a shard of smaller chunks
 */
public record ArrayDocument(
    int zarrFormat,
    List<Long> shape,
    List<Long> chunkShape,
    String dataType,
    ChunkKeyEncoding keys,
    boolean sharded)
    implements NodeDocument {
  /** Checks the rules above. */
  public ArrayDocument {
    shape = List.copyOf(shape);
    chunkShape = List.copyOf(chunkShape);
    if (shape.size() != chunkShape.size()) {
      throw new IllegalArgumentException(
          "shape has " + shape.size() + " dimensions, the chunks have " + chunkShape.size());
    }
    for (int i = 0; i < shape.size(); i++) {
      if (shape.get(i) < 0) {
        throw new IllegalArgumentException("a length is negative: shape " + shape);
      }
      if (chunkShape.get(i) < (shape.get(i) == 0 ? 0 : 1)) {
        throw new IllegalArgumentException("a chunk has no extent: chunk shape " + chunkShape);
      }
    }
  }
}
