package dev.varve.blob;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Bytes that can be read again from the start, such as a file. */
public interface ValueSource {
  /** How many bytes a stream gives. */
  long length();

  /** A new stream over all the bytes. */
  InputStream open() throws IOException;

  /** What the bytes are, for messages: a path, or "buffer". */
  String label();

  /**
   * All bytes, read to the end of the stream, where a source says whether they were the right ones;
   * no more than one byte beyond the promised length is taken from a source that lies.
   *
   * @throws IOException where reading fails, or there are more or fewer bytes than promised
   * @throws OutOfMemoryError where there are more than fit: for values known to be small
   */
  default byte[] whole() throws IOException {
    try (InputStream in = open()) {
      byte[] bytes = in.readNBytes(Math.toIntExact(length()));
      if (bytes.length < length() || in.read() >= 0) {
        throw new IOException(label() + " has not the " + length() + " bytes that were promised");
      }
      return bytes;
    }
  }

  /** A source over the buffer's remaining bytes, which must not change. */
  static ValueSource of(ByteBuffer bytes) {
    ByteBuffer view = bytes.slice();
    return new ValueSource() {
      @Override
      public long length() {
        return view.remaining();
      }

      @Override
      public InputStream open() {
        byte[] copy = new byte[view.remaining()];
        view.duplicate().get(copy);
        return new ByteArrayInputStream(copy);
      }

      @Override
      public String label() {
        return "buffer";
      }
    };
  }
}
