package dev.varve.zarr;

import dev.varve.blob.Blobs;
import dev.varve.error.BackendException;
import dev.varve.error.InvalidNameException;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.Listed;
import dev.varve.version.View;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;

/**
 * Reading a view in the way of zarr-java's stores. An absent key is empty; what is there and cannot
 * be read, or does not prove true, is an exception, so that it is never taken for a fill value.
 *
 * <p>Parts are verified as {@link View#range} does. Returned buffers are fresh, on the heap,
 * exactly as long as the bytes, and the caller's. Thread-safe where the view is.
 */
final class StoreReads {
  private static final int MAX_BUFFER = Integer.MAX_VALUE - 8;

  private final View view;

  StoreReads(View view) {
    this.view = view;
  }

  /** Segments may themselves hold '/', and empty ones count for nothing. */
  static String path(String[] keys) {
    StringBuilder path = new StringBuilder();
    for (String segment : String.join("/", keys).split("/", -1)) {
      if (!segment.isEmpty()) {
        path.append(path.isEmpty() ? "" : "/").append(segment);
      }
    }
    return path.toString();
  }

  private Optional<Key> key(String[] keys) {
    try {
      return Optional.of(Key.of(path(keys)));
    } catch (InvalidNameException never) {
      return Optional.empty(); // Nothing can be stored under such a name.
    }
  }

  boolean exists(String[] keys) {
    return key(keys).flatMap(view::entry).isPresent();
  }

  /** The whole value. */
  Optional<ByteBuffer> get(String[] keys) {
    return get(keys, 0, -1);
  }

  /**
   * Part of a value.
   *
   * @param start the first byte; below 0, that many bytes from the end
   * @param end one past the last byte, cut to the value; -1 for the end of the value
   */
  Optional<ByteBuffer> get(String[] keys, long start, long end) {
    Optional<Key> key = key(keys);
    Optional<Entry> entry = key.flatMap(view::entry);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    long length = entry.get().length();
    long from = Math.min(length, start < 0 ? Math.max(0, length + start) : start);
    long to = end < 0 ? length : Math.min(end, length);
    return Optional.of(part(key.orElseThrow(), entry.get(), from, Math.max(from, to)));
  }

  private ByteBuffer part(Key key, Entry entry, long from, long to) {
    if (to - from > MAX_BUFFER) {
      throw BackendException.permanent(
          "cannot read " + key + ": " + (to - from) + " bytes do not fit one buffer; read ranges",
          null);
    }
    ByteBuffer part = ByteBuffer.allocate((int) (to - from));
    if (entry.length() <= Blobs.MAX_WHOLE) {
      return part.put(view.value(key, entry).slice((int) from, part.remaining())).flip();
    }
    while (part.hasRemaining()) {
      ByteBuffer next =
          view.range(
              key, entry, from + part.position(), Math.min(part.remaining(), Blobs.MAX_READ));
      part.put(next);
    }
    return part.flip();
  }

  /** The names directly below a directory, without '/', in order of their keys. */
  Iterator<String> list(String[] keys) {
    Iterator<Listed> items = view.list(path(keys));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public String next() {
        String name = items.next().name();
        String bare = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return bare.substring(bare.lastIndexOf('/') + 1);
      }
    };
  }
}
