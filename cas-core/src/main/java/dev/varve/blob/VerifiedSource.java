package dev.varve.blob;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A source whose streams fail at their end unless the bytes had the promised length and hash, so
 * that a driver which copies to the end of the stream has proved what it stored. Immutable.
 */
public record VerifiedSource(ContentHash hash, HashAlgorithm algorithm, ValueSource source)
    implements ValueSource {
  @Override
  public long length() {
    return source.length();
  }

  @Override
  public String label() {
    return source.label();
  }

  @Override
  public InputStream open() throws IOException {
    Hasher hasher = algorithm.hasher();
    return new FilterInputStream(source.open()) {
      private long seen;
      private boolean checked;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] target, int offset, int count) throws IOException {
        int n = in.read(target, offset, count);
        if (n > 0) {
          hasher.update(target, offset, n);
          seen += n;
        }
        // The last bytes are judged with the read that brings them: a driver that stops at the
        // promised length has then seen the verdict, too.
        if (!checked && (n < 0 || seen >= length())) {
          checked = true;
          ContentHash actual = hasher.finish();
          if (seen != length() || !actual.equals(hash)) {
            throw new IOException(
                label()
                    + " changed while it was read: "
                    + length()
                    + " bytes with hash "
                    + hash
                    + " were promised, "
                    + seen
                    + " with "
                    + actual
                    + " came");
          }
        }
        return n;
      }

      @Override
      public long skip(long count) throws IOException {
        byte[] part = new byte[(int) Math.min(Math.max(count, 1), 1 << 16)];
        int n = read(part, 0, (int) Math.min(count, part.length));
        return Math.max(n, 0);
      }

      @Override
      public boolean markSupported() {
        return false;
      }
    };
  }
}
