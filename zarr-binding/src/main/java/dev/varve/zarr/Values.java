package dev.varve.zarr;

import dev.varve.blob.Blobs;
import dev.varve.tree.Entry;
import dev.varve.tree.KeyEntry;
import dev.varve.version.View;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Moves verified values out of a view: whole up to {@link Blobs#MAX_WHOLE}, larger ones in parts.
 */
final class Values {
  private Values() {}

  /** A key, and its value where that is held in memory. */
  record Read(KeyEntry at, Optional<ByteBuffer> value) {}

  /** Bytes of memory that {@link #read} takes for an entry. */
  static long held(Entry entry) {
    return entry.length() > Blobs.MAX_WHOLE ? 0 : entry.length();
  }

  static Read read(View view, KeyEntry at) {
    return new Read(
        at,
        at.entry().length() > Blobs.MAX_WHOLE
            ? Optional.empty()
            : Optional.of(view.value(at.key(), at.entry())));
  }

  /** Writes a value to a file that does not exist yet. */
  static void write(View view, KeyEntry at, Path file) throws IOException {
    Optional<ByteBuffer> value = read(view, at).value();
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (value.isPresent()) {
        ByteBuffer bytes = value.get().duplicate();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      } else {
        OutputStream stream = Channels.newOutputStream(out);
        view.copy(at.key(), at.entry(), stream);
      }
    }
  }

  /** Writes a value as an entry of a zip. */
  static void store(View view, Read read, byte[] name, StoredZipWriter zip) {
    try {
      if (read.value().isPresent()) {
        zip.entry(name, read.value().get());
      } else {
        Entry entry = read.at().entry();
        zip.entry(name, entry.length(), out -> view.copy(read.at().key(), entry, out));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
