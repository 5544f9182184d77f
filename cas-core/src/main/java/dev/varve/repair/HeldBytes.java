package dev.varve.repair;

import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** A small blob in memory. One thread. */
final class HeldBytes implements StoredBlob {
  private final ByteBuffer bytes;

  /** Reads the source, which is in memory, too. */
  HeldBytes(ValueSource source) {
    try (InputStream in = source.open()) {
      bytes = ByteBuffer.wrap(in.readAllBytes()).asReadOnlyBuffer();
    } catch (IOException never) {
      throw new UncheckedIOException(never);
    }
  }

  @Override
  public long length() {
    return bytes.remaining();
  }

  @Override
  public ByteBuffer read(long position, int count) {
    int from = (int) Math.min(position, bytes.remaining());
    return bytes.slice(from, Math.min(count, bytes.remaining() - from));
  }

  @Override
  public void close() {}
}
