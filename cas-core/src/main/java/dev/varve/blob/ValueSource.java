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
