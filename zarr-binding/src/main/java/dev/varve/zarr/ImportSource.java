package dev.varve.zarr;

import dev.varve.blob.ValueSource;
import dev.varve.error.NotFoundException;
import dev.varve.tree.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Keys and values from elsewhere: a directory, or a zip. One thread walks the items; their values
 * may be read by others, until the source is closed.
 */
public interface ImportSource extends AutoCloseable {
  /** One value and the key it has relative to the source. */
  record Item(Key key, ValueSource value) {}

  /**
   * All items, in order of unsigned UTF-8 bytes of their keys, found as the iterator goes. It
   * throws {@link TransferException} at what cannot be imported, which it names.
   */
  Iterator<Item> items();

  /** What the source is, for messages. */
  String label();

  @Override
  void close();

  /**
   * A directory, or else a zip file.
   *
   * @throws NotFoundException where nothing is there
   * @throws TransferException where it is neither, or cannot be read
   */
  static ImportSource open(Path path) {
    if (Files.isDirectory(path)) {
      return new DirectorySource(path);
    }
    if (!Files.exists(path)) {
      throw new NotFoundException(
          "cannot import " + path + ": there is no such directory or zip file");
    }
    return new ZipSource(path);
  }
}
