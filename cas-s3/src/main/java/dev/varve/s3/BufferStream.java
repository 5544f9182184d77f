package dev.varve.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A buffer's remaining bytes as a stream; the buffer itself is left as it is. One thread. */
final class BufferStream extends InputStream {
  private final ByteBuffer bytes;

  BufferStream(ByteBuffer bytes) {
    this.bytes = bytes.duplicate();
  }

  @Override
  public int read() {
    return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : -1;
  }

  @Override
  public int read(byte[] into, int offset, int count) {
    if (count > 0 && !bytes.hasRemaining()) {
      return -1;
    }
    int read = Math.min(count, bytes.remaining());
    bytes.get(into, offset, read);
    return read;
  }

  @Override
  public int available() {
    return bytes.remaining();
  }
}
