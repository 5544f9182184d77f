package dev.varve.zarr;

import dev.varve.blob.ValueSource;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;

/**
 * Keys and values from elsewhere: a directory, or a zip. One thread walks the items; their values
 * may be read by others, until the source is closed.
 */
public interface ImportSource extends AutoCloseable {
  /**
   * One value and the key it has relative to the source.
   *
   * @param known the hash of the value, where the source knows it without reading
   */
  record Item(Key key, ValueSource value, Optional<ContentHash> known) {
    /** A value that must be read to be known. */
    public Item(Key key, ValueSource value) {
      this(key, value, Optional.empty());
    }
  }

  /**
   * All items, in order of unsigned UTF-8 bytes of their keys, found as the iterator goes. It
   * throws {@link TransferException} at what cannot be imported, which it names.
   */
  Iterator<Item> items();

  /**
   * Tells the source the hash of one of its values. The thread that walks tells it of each item
   * that it has read or that was known, in their order.
   */
  default void learned(Item item, ContentHash hash) {}

  /** What the source is, for messages. */
  String label();

  @Override
  void close();

  /** As {@link #open(Path, FileMemory)}, with nothing remembered. */
  static ImportSource open(Path path) {
    return open(path, FileMemory.NONE);
  }

  /**
   * A directory, or else a zip file.
   *
   * @param memory what is remembered of the directory's files; the caller closes it
   * @throws NotFoundException where nothing is there
   * @throws TransferException where it is neither, or cannot be read
   */
  static ImportSource open(Path path, FileMemory memory) {
    if (Files.isDirectory(path)) {
      return new DirectorySource(path, memory);
    }
    if (!Files.exists(path)) {
      throw new NotFoundException(
          "cannot import " + path + ": there is no such directory or zip file");
    }
    return new ZipSource(path);
  }
}
