package dev.varve.zarr;

import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/**
 * Finds keys that a directory cannot hold side by side: {@code a} and {@code a/b}. Between the two
 * other keys can stand, such as {@code a-b}, so every key is remembered while the keys that follow
 * begin with its bytes; those form a chain no longer than a key.
 */
final class PathClash {
  private PathClash() {}

  /** Throws where two of the keys, which come in order, clash. */
  static void refuse(Iterator<KeyEntry> keys, Path destination) {
    Deque<Key> prefixes = new ArrayDeque<>();
    while (keys.hasNext()) {
      Key key = keys.next().key();
      while (!prefixes.isEmpty() && !key.startsWith(prefixes.element().toUtf8())) {
        prefixes.pop();
      }
      for (Key prefix : prefixes) {
        byte[] bytes = prefix.toUtf8();
        byte[] directory = Arrays.copyOf(bytes, bytes.length + 1);
        directory[bytes.length] = '/';
        if (key.startsWith(directory)) {
          throw new TransferException(
              "cannot export to directory "
                  + destination
                  + ": "
                  + prefix
                  + " would be a file, and a directory for "
                  + key
                  + "; export to a .zip, which can hold both");
        }
      }
      prefixes.push(key);
    }
  }
}
