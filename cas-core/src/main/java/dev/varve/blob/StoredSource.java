package dev.varve.blob;

import dev.varve.hash.ContentHash;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A stored blob as bytes that can be read again, in parts of 1 MiB. Immutable. */
record StoredSource(VerifiedBlobs blobs, String label, ContentHash hash, long length)
    implements ValueSource {
  private static final int PART = 1 << 20;

  @Override
  public InputStream open() {
    StoredBlob blob = blobs.openUnverified(label, hash, PART);
    return new InputStream() {
      private ByteBuffer part = ByteBuffer.allocate(0);
      private long position;

      @Override
      public int read() {
        return fill() ? part.get() & 0xFF : -1;
      }

      @Override
      public int read(byte[] target, int offset, int count) {
        if (count == 0) {
          return 0;
        }
        if (!fill()) {
          return -1;
        }
        int n = Math.min(count, part.remaining());
        part.get(target, offset, n);
        return n;
      }

      private boolean fill() {
        if (!part.hasRemaining()) {
          part = blob.read(position, PART);
          position += part.remaining();
        }
        return part.hasRemaining();
      }

      @Override
      public void close() {
        blob.close();
      }
    };
  }
}
