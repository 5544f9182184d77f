package dev.varve.version;

import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * The state of all keys, as the roots of its two trees. Equal content has equal roots. Immutable.
 *
 * @param meta root of the tree of metadata documents
 * @param chunks root of the tree of all other keys
 */
public record Manifest(ContentHash meta, ContentHash chunks) {
  private static final byte[][] DOCUMENTS =
      Stream.of("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata")
          .map(name -> name.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  /** Whether a key belongs to the tree of metadata documents: its last segment alone decides. */
  public static boolean isMetadata(Key key) {
    for (byte[] document : DOCUMENTS) {
      if (key.isNamed(document)) {
        return true;
      }
    }
    return false;
  }

  /** Which tree a key belongs to. */
  public static Part part(Key key) {
    return isMetadata(key) ? Part.META : Part.CHUNKS;
  }

  /** The root of one tree. */
  public ContentHash root(Part part) {
    return part == Part.META ? meta : chunks;
  }

  /** Whether a node is the root of one of the trees. */
  boolean has(ContentHash root) {
    return meta.equals(root) || chunks.equals(root);
  }

  /** This, with another root for one tree. */
  public Manifest with(Part part, ContentHash root) {
    return part == Part.META ? new Manifest(root, chunks) : new Manifest(meta, root);
  }

  /** The content hash, which users compare: that of magic, version and the two roots. */
  public ContentHash root(HashAlgorithm algorithm) {
    ByteWriter out = new ByteWriter();
    FormatHeader.MANIFEST.write(out);
    return algorithm.hash(out.hash(meta).hash(chunks).toBytes());
  }
}
