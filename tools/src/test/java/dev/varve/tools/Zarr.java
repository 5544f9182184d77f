package dev.varve.tools;

/** Metadata documents for tests. */
final class Zarr {
  /** Format 2, 4 x 6 in chunks of 2 x 3. */
  static final String ARRAY_V2 = arrayV2("4, 6");

  private Zarr() {}

  /** Format 2 with a shape, in chunks of 2 x 3. */
  static String arrayV2(String shape) {
    return "{\"zarr_format\": 2, \"shape\": ["
        + shape
        + "], \"chunks\": [2, 3], \"dtype\": \"<i2\", \"compressor\": null, \"fill_value\": NaN,"
        + " \"order\": \"C\", \"filters\": null}";
  }

  /** Format 3 with a shape and attributes, in chunks of 2 x 3. */
  static String arrayV3(String shape, String attributes) {
    return "{\"zarr_format\": 3, \"node_type\": \"array\", \"shape\": ["
        + shape
        + "], \"data_type\": \"int16\", \"chunk_grid\": {\"name\": \"regular\", \"configuration\":"
        + " {\"chunk_shape\": [2, 3]}}, \"chunk_key_encoding\": {\"name\": \"default\"},"
        + " \"fill_value\": 0, \"codecs\": [{\"name\": \"bytes\"}], \"attributes\": "
        + attributes
        + "}";
  }

  /** Format 3, a group with attributes. */
  static String groupV3(String attributes) {
    return "{\"zarr_format\": 3, \"node_type\": \"group\", \"attributes\": " + attributes + "}";
  }
}
