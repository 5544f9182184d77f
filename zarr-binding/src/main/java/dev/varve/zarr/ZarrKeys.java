package dev.varve.zarr;

import dev.varve.tree.Key;
import java.util.List;

/** The names of metadata documents, and the nodes they describe. */
public final class ZarrKeys {
  /** Format 3: a group or an array, with its attributes. */
  public static final String ZARR_JSON = "zarr.json";

  /** Format 2: an array. */
  public static final String ZARRAY = ".zarray";

  /** Format 2: a group. */
  public static final String ZGROUP = ".zgroup";

  /** Format 2: the attributes of either. */
  public static final String ZATTRS = ".zattrs";

  /** Format 2, by convention: copies of all documents below. */
  public static final String ZMETADATA = ".zmetadata";

  /** Names of the documents that make a node, the one that clients prefer first. */
  static final List<String> NODE_DOCUMENTS = List.of(ZARR_JSON, ZARRAY, ZGROUP);

  /** Names of all documents that can stand in a node's directory, in key order. */
  static final List<String> DOCUMENTS = List.of(ZARRAY, ZATTRS, ZGROUP, ZMETADATA, ZARR_JSON);

  private ZarrKeys() {}

  /** Whether the key's last segment is the name of a metadata document. */
  public static boolean isDocument(Key key) {
    return DOCUMENTS.contains(key.name());
  }

  /** Whether the key's document makes a node where it stands, rather than adding to one. */
  public static boolean makesNode(Key key) {
    return NODE_DOCUMENTS.contains(key.name());
  }

  /** The node that a document describes, or the directory that any other key stands in. */
  public static ZarrPath node(Key key) {
    return ZarrPath.parentOf(key);
  }
}
