package dev.varve.version;

import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedSource;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A value and its hash, which this class has computed itself, so that hashing can be done by many
 * threads and putting by one. Values up to {@link Blobs#MAX_WHOLE} are held in memory, larger ones
 * stay where they are and are read again, and proved again, when they are stored. Immutable.
 */
public final class HashedValue {
  private final ContentHash hash;
  private final long length;
  private final Optional<ByteBuffer> bytes;
  private final Optional<ValueSource> source;

  private HashedValue(
      ContentHash hash, long length, Optional<ByteBuffer> bytes, Optional<ValueSource> source) {
    this.hash = hash;
    this.length = length;
    this.bytes = bytes;
    this.source = source;
  }

  /** Hashes the buffer's remaining bytes, which must not change afterwards. */
  public static HashedValue of(HashAlgorithm algorithm, ByteBuffer bytes) {
    ByteBuffer view = bytes.slice().asReadOnlyBuffer();
    return view.remaining() > Blobs.MAX_WHOLE
        ? of(algorithm, ValueSource.of(view))
        : new HashedValue(
            algorithm.hash(view), view.remaining(), Optional.of(view), Optional.empty());
  }

  /**
   * Reads and hashes a source.
   *
   * @throws BackendException where it cannot be read or is not as long as it says
   */
  public static HashedValue of(HashAlgorithm algorithm, ValueSource source) {
    long length = source.length();
    if (length > Blobs.MAX_VALUE) {
      throw BackendException.permanent(
          source.label() + " has " + length + " bytes; a value may have " + Blobs.MAX_VALUE, null);
    }
    try (InputStream in = source.open()) {
      if (length <= Blobs.MAX_WHOLE) {
        // Into one array of the length that is expected: a reading that does not know it would
        // copy.
        byte[] whole = new byte[(int) length];
        int first = in.readNBytes(whole, 0, whole.length);
        checkLength(length, first < length || in.read() < 0 ? first : length + 1);
        return of(algorithm, ByteBuffer.wrap(whole));
      }
      Hasher hasher = algorithm.hasher();
      byte[] part = new byte[1 << 16];
      long seen = 0;
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        hasher.update(part, 0, n);
        seen += n;
      }
      checkLength(length, seen);
      ContentHash hash = hasher.finish();
      return new HashedValue(
          hash, length, Optional.empty(), Optional.of(new VerifiedSource(hash, algorithm, source)));
    } catch (IOException failed) {
      throw BackendException.permanent(
          "cannot read " + source.label() + ": " + failed.getMessage(), failed);
    }
  }

  private static void checkLength(long expected, long seen) throws IOException {
    if (seen != expected) {
      throw new IOException(
          "it changed while it was read: it had " + expected + " bytes, now another number came");
    }
  }

  /** The hash of the value. */
  public ContentHash hash() {
    return hash;
  }

  /** Length of the value, in bytes. */
  public long length() {
    return length;
  }

  /** The value itself, where it is held in memory. */
  Optional<ByteBuffer> bytes() {
    return bytes;
  }

  /** The value's source, where it is not held in memory. */
  Optional<ValueSource> source() {
    return source;
  }
}
