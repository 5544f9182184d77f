package dev.varve.testkit;

import dev.varve.blob.ValueSource;
import java.io.InputStream;
import java.util.Arrays;

/** A source that promises a length and never ends, as a zip file that lies does. One thread. */
final class EndlessSource implements ValueSource {
  private final long length;
  private long given;

  EndlessSource(long length) {
    this.length = length;
  }

  /** How many bytes were read, in all streams together. */
  long given() {
    return given;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public InputStream open() {
    return new InputStream() {
      @Override
      public int read() {
        bound(1);
        return 0;
      }

      @Override
      public int read(byte[] into, int from, int count) {
        bound(count);
        Arrays.fill(into, from, from + count, (byte) 0);
        return count;
      }
    };
  }

  /** A reader that would never stop is stopped. */
  private void bound(int count) {
    given += count;
    if (given > (1L << 30)) {
      throw new IllegalStateException(
          given + " bytes were read where " + length + " were promised");
    }
  }

  @Override
  public String label() {
    return "endless";
  }
}
