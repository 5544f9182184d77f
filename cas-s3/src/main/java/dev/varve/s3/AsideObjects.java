package dev.varve.s3;

import dev.varve.blob.Blobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Damaged bytes that a repair found under a name, as create-only objects of their own. Thread-safe.
 * The name ends with the beginning of the SHA-256 of the bytes, so keeping them again changes
 * nothing.
 *
 * @param bucket where they are
 * @param layout how they are named
 * @param workers send large ones
 * @param attempts how often to ask
 */
record AsideObjects(Bucket bucket, S3Layout layout, Workers workers, Attempts attempts) {
  private static final int DIGITS = 16;
  private static final int PART = 1 << 20;

  /** Keeps bytes; returns their name. */
  String keep(String name, ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    String key = key(name, HashAlgorithm.SHA256.hash(copy).toString());
    ConditionalWrite.Outcome outcome;
    try {
      outcome =
          new ConditionalWrite(attempts)
              .write(
                  () -> bucket.create(key, copy),
                  () ->
                      bucket.length(key).isPresent()
                          ? ConditionalWrite.Look.OURS
                          : ConditionalWrite.Look.NOTHING);
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
    S3BlobWriter.stored(outcome);
    return key;
  }

  /** Keeps a blob of any length; returns its name. */
  String keep(String name, StoredBlob blob) {
    if (blob.length() <= Blobs.MAX_WHOLE) {
      return keep(name, blob.read(0, (int) blob.length()));
    }
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    for (long at = 0; at < blob.length(); at += PART) {
      byte[] part = bytes(blob, at);
      hasher.update(part, 0, part.length);
    }
    String key = key(name, hasher.finish().toString());
    new PartsUpload(bucket, workers, attempts, key, new Damaged(blob)).store();
    return key;
  }

  private String key(String name, String digest) {
    return layout.damaged(name + "-" + digest.substring(0, DIGITS));
  }

  private static byte[] bytes(StoredBlob blob, long at) {
    ByteBuffer part = blob.read(at, PART);
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    return bytes;
  }

  /** A stored blob's bytes as they are. */
  private record Damaged(StoredBlob blob) implements ValueSource {
    @Override
    public long length() {
      return blob.length();
    }

    @Override
    public InputStream open() {
      return new InputStream() {
        private byte[] part = new byte[0];
        private int next;
        private long position;

        @Override
        public int read() {
          return fill() ? part[next++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int count) {
          if (count == 0) {
            return 0;
          }
          if (!fill()) {
            return -1;
          }
          int some = Math.min(count, part.length - next);
          System.arraycopy(part, next, target, offset, some);
          next += some;
          return some;
        }

        private boolean fill() {
          if (next == part.length) {
            part = bytes(blob, position);
            position += part.length;
            next = 0;
          }
          return next < part.length;
        }
      };
    }

    @Override
    public String label() {
      return "a damaged object";
    }
  }
}
