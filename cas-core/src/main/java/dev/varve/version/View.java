package dev.varve.version;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.Totals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;

/**
 * One state of all keys, to read. A directory is the part of keys up to a '/', given with or
 * without it; "" is the root. An absent key is an answer, a value that cannot be read is an
 * exception.
 *
 * <p>Reading throws {@link dev.varve.error.MissingBlobException} and {@link
 * dev.varve.error.CorruptDataException} for damage, and {@link dev.varve.error.BackendException}
 * where storage fails.
 */
public interface View {
  /**
   * What a key stands for, or empty where the key is absent. Reads as many nodes as the tree is
   * high.
   */
  Optional<Entry> entry(Key key);

  /**
   * All keys below a directory, in order of unsigned UTF-8 bytes. Read as the iterator goes,
   * holding one path of each tree.
   */
  Iterator<KeyEntry> entries(String directory);

  /** The keys of one tree below a directory, in order, likewise. */
  Iterator<KeyEntry> entries(Part part, String directory);

  /**
   * One level below a directory: keys, and directories as a whole with their last '/', in order of
   * unsigned UTF-8 bytes. Costs a path for each item, however much a directory holds.
   */
  Iterator<Listed> list(String directory);

  /** How much lies below a directory. Reads two paths of each tree. */
  Totals totals(String directory);

  /** How much of one tree lies below a directory. Reads two paths. */
  Totals totals(Part part, String directory);

  /** The content hash of the value that an entry stands for. */
  ContentHash hashOf(Entry entry);

  /**
   * The whole value of a key, verified, or empty where the key is absent.
   *
   * @throws IllegalArgumentException for a value above {@link dev.varve.blob.Blobs#MAX_WHOLE}; use
   *     {@link #copy}
   */
  Optional<ByteBuffer> get(Key key);

  /** The whole value of an entry at hand, verified; likewise. The key is for messages. */
  ByteBuffer value(Key key, Entry entry);

  /**
   * Copies a value of any size in bounded memory. The last part is written only once everything was
   * verified. Returns its length.
   */
  long copy(Key key, Entry entry, OutputStream out) throws IOException;

  /**
   * Some bytes of a value, or as many as there are, verified; at most {@link
   * dev.varve.blob.Blobs#MAX_READ}. The value is read whole for it, but for a large one of which
   * parts were read before: see {@link dev.varve.blob.VerifiedBlobs#range}.
   */
  ByteBuffer range(Key key, Entry entry, long position, int count);
}
