package dev.varve.zarr;

/** Metadata documents as Zarr libraries write them, for tests. */
final class Documents {
  private Documents() {}

  /** A format 3 array of int16 with the default chunk keys. */
  static String array3(String shape, String chunks) {
    return array3(shape, chunks, "{}", "0");
  }

  static String array3(String shape, String chunks, String attributes, String fill) {
    return """
        {
          "shape": %s,
          "data_type": "int16",
          "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": %s}},
          "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
          "fill_value": %s,
          "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
          "attributes": %s,
          "zarr_format": 3,
          "node_type": "array",
          "storage_transformers": []
        }"""
        .formatted(shape, chunks, fill, attributes);
  }

  /** A format 3 group; {@code more} are further members, each followed by a comma. */
  static String group3(String attributes, String more) {
    return "{"
        + more
        + "\"attributes\": "
        + attributes
        + ", \"zarr_format\": 3, \"node_type\": \"group\"}";
  }

  static String group3() {
    return group3("{}", "");
  }

  /** A format 2 array of int16; {@code more} are further members, each followed by a comma. */
  static String array2(String shape, String chunks, String more) {
    return "{\"zarr_format\": 2, \"shape\": "
        + shape
        + ", \"chunks\": "
        + chunks
        + ", "
        + more
        + "\"dtype\": \"<i2\", \"fill_value\": NaN, \"order\": \"C\", \"filters\": null,"
        + " \"compressor\": null}";
  }

  static String array2(String shape, String chunks) {
    return array2(shape, chunks, "");
  }

  static String group2() {
    return "{\"zarr_format\": 2}";
  }
}
