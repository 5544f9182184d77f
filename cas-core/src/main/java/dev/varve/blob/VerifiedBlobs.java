package dev.varve.blob;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/**
 * Reads blobs and returns no byte that was not proved. Thread-safe.
 *
 * <p>{@link #get}, {@link #copy} and {@link #verify} prove the whole value by its hash each time.
 * {@link #range} does so the first time, and then checks what it reads by checksums of what was
 * proved. What skips verification says so in its name.
 */
public final class VerifiedBlobs {
  private static final int PART = 1 << 20;

  /** A value of 1 MiB may be a little longer when it was encoded; it comes at once all the same. */
  private static final int FIRST_PARTS = 2 * PART;

  private final BlobReader reader;
  private final HashAlgorithm algorithm;
  private final Mender mender;
  private final ProvedRanges ranges = new ProvedRanges(this);

  /** Up to one for each thread that can run at once, so up to so many MiB. */
  private final BlockingQueue<Reading> spare =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  /** Reads from {@code reader} what was named by {@code algorithm}. */
  public VerifiedBlobs(BlobReader reader, HashAlgorithm algorithm) {
    this(reader, algorithm, Mender.NONE);
  }

  private VerifiedBlobs(BlobReader reader, HashAlgorithm algorithm, Mender mender) {
    this.reader = reader;
    this.algorithm = algorithm;
    this.mender = mender;
  }

  /**
   * The same blobs, where {@link #get} and {@link #verify} ask for another handle on a blob that
   * was found missing or damaged, and fail only where that is no better.
   */
  public VerifiedBlobs mendedBy(Mender other) {
    return new VerifiedBlobs(reader, algorithm, other);
  }

  /** The algorithm that names the blobs. */
  public HashAlgorithm algorithm() {
    return algorithm;
  }

  /** The store beneath, whose reads are not verified. */
  public BlobReader readerUnverified() {
    return reader;
  }

  /**
   * The whole blob, verified.
   *
   * @param what the role of the blob and who needs it, for the error
   * @param maxLength refuse longer ones before reading them; at most {@link Blobs#MAX_WHOLE}
   * @throws MissingBlobException where nothing is stored
   * @throws CorruptDataException where the bytes have another hash, or are longer than allowed
   */
  public ByteBuffer get(String what, ContentHash hash, int maxLength) {
    try (StoredBlob blob = open(what, hash, maxLength)) {
      return whole(what, hash, blob, maxLength);
    } catch (MissingBlobException | CorruptDataException bad) {
      return elsewhere(what, hash, bad, other -> whole(what, hash, other, maxLength));
    }
  }

  /** Reads another object that holds the blob, or has it mended, where that proves true. */
  private <T> T elsewhere(
      String what, ContentHash hash, StoreException bad, Function<StoredBlob, T> read) {
    Optional<StoredBlob> copy = copy(hash, bad, 0);
    for (int tried = 1; copy.isPresent(); tried++) {
      try (StoredBlob other = copy.get()) {
        return read.apply(other);
      } catch (CorruptDataException alsoDamaged) {
        copy = copy(hash, bad, tried);
      }
    }
    try (StoredBlob mended = mender.mend(what, hash).orElseThrow(() -> bad)) {
      return read.apply(mended);
    }
  }

  /** Where nothing is stored under the name, the store has looked for copies already. */
  private Optional<StoredBlob> copy(ContentHash hash, StoreException bad, int tried) {
    return bad instanceof CorruptDataException ? reader.openCopy(hash, tried) : Optional.empty();
  }

  /** As {@link #get}, of a blob that is open already and stays so. */
  public ByteBuffer whole(String what, ContentHash hash, StoredBlob blob, int maxLength) {
    if (blob.length() > maxLength) {
      // Bytes of a wrong length are wrong bytes; they are not read into memory to learn their hash.
      throw CorruptDataException.malformed(
          what,
          hash.toString(),
          "it has " + blob.length() + " bytes, at most " + maxLength + " are expected");
    }
    ByteBuffer bytes = blob.read(0, (int) blob.length());
    ContentHash actual = algorithm.hash(bytes);
    if (!actual.equals(hash)) {
      throw CorruptDataException.wrongHash(what, hash.toString(), actual.toString());
    }
    return bytes;
  }

  /**
   * Copies the whole blob to {@code out} in parts of 1 MiB. The last part is written only after the
   * hash of everything was found right, so a receiver that counts the bytes never takes a damaged
   * value for a whole one. Where the bytes are damaged and another object holds the blob, one of up
   * to 1 MiB is read from there; of a larger one parts are out already, and it fails.
   *
   * @return the number of bytes
   */
  public long copy(String what, ContentHash hash, OutputStream out) throws IOException {
    try (StoredBlob blob = open(what, hash, FIRST_PARTS)) {
      if (blob.length() > PART) {
        return copy(what, hash, blob, out);
      }
      ByteBuffer bytes;
      try {
        bytes = whole(what, hash, blob, PART);
      } catch (CorruptDataException bad) {
        bytes = elsewhere(what, hash, bad, other -> whole(what, hash, other, Blobs.MAX_WHOLE));
      }
      byte[] array = new byte[bytes.remaining()];
      bytes.duplicate().get(array);
      out.write(array);
      return array.length;
    }
  }

  private long copy(String what, ContentHash hash, StoredBlob blob, OutputStream out)
      throws IOException {
    Hasher hasher = algorithm.hasher();
    byte[] part = new byte[(int) Math.min(PART, Math.max(1, blob.length()))];
    long at = 0;
    int held = 0;
    while (at < blob.length()) {
      out.write(part, 0, held);
      held = blob.read(at, ByteBuffer.wrap(part));
      if (held == 0) {
        break;
      }
      hasher.update(part, 0, held);
      at += held;
    }
    ContentHash actual = hasher.finish();
    if (!actual.equals(hash)) {
      throw CorruptDataException.wrongHash(what, hash.toString(), actual.toString());
    }
    out.write(part, 0, held);
    return at;
  }

  /** Reads the whole blob in parts and verifies it; the bytes are dropped. Returns its length. */
  public long verify(String what, ContentHash hash) {
    try (StoredBlob blob = open(what, hash, FIRST_PARTS)) {
      return verified(what, hash, blob);
    } catch (MissingBlobException | CorruptDataException bad) {
      return elsewhere(what, hash, bad, other -> verified(what, hash, other));
    }
  }

  private long verified(String what, ContentHash hash, StoredBlob blob) {
    Reading idle = spare.poll();
    Reading reading =
        idle == null ? new Reading(algorithm.hasher(), ByteBuffer.allocate(PART)) : idle;
    long at = 0;
    while (at < blob.length()) {
      int count = blob.read(at, reading.part.clear());
      if (count == 0) {
        break;
      }
      reading.hasher.update(reading.part.limit(count));
      at += count;
    }
    ContentHash actual = reading.hasher.finish();
    // One that failed on the way holds half a value, and is left.
    spare.offer(reading);
    if (!actual.equals(hash)) {
      throw CorruptDataException.wrongHash(what, hash.toString(), actual.toString());
    }
    return at;
  }

  /** What a thread needs to verify values one after the other, in memory that is warm already. */
  private record Reading(Hasher hasher, ByteBuffer part) {}

  /**
   * Some bytes of a blob, or as many as there are, proved. Of a blob up to {@link Blobs#MAX_WHOLE}
   * the whole is read and proved each time. A larger one is read and proved as a whole for its
   * first part; its later parts are read from storage again and checked block by block.
   *
   * @param length how long the blob is said to be, to read what is needed in few steps; nothing is
   *     believed of it
   * @param count at most {@link Blobs#MAX_READ}
   */
  public ByteBuffer range(String what, ContentHash hash, long length, long position, int count) {
    // Of one that is read in parts the first need not be among them.
    int soon = length <= Blobs.MAX_WHOLE ? (int) Math.max(0, length) : 0;
    try (StoredBlob blob = open(what, hash, soon)) {
      return range(what, hash, blob, position, count);
    } catch (CorruptDataException bad) {
      return elsewhere(what, hash, bad, other -> range(what, hash, other, position, count));
    }
  }

  private ByteBuffer range(
      String what, ContentHash hash, StoredBlob blob, long position, int count) {
    if (blob.length() > Blobs.MAX_WHOLE) {
      return ranges.read(what, hash, blob, position, count);
    }
    ByteBuffer bytes = whole(what, hash, blob, Blobs.MAX_WHOLE);
    int from = (int) Math.min(position, bytes.remaining());
    return bytes.slice(from, Math.min(count, bytes.remaining() - from));
  }

  /** A blob of any size as a source, whose streams fail at their end unless the bytes are right. */
  public ValueSource source(String what, ContentHash hash) {
    long length;
    try (StoredBlob blob = open(what, hash, 0)) {
      length = blob.length();
    }
    return new VerifiedSource(hash, algorithm, new StoredSource(this, what, hash, length));
  }

  /**
   * The handle itself; its reads are not verified.
   *
   * @param soon how many bytes from the first on will be read at once, as in {@link
   *     BlobReader#open(ContentHash, int)}
   */
  public StoredBlob openUnverified(String what, ContentHash hash, int soon) {
    return open(what, hash, soon);
  }

  private StoredBlob open(String what, ContentHash hash, int soon) {
    return reader
        .open(hash, soon)
        .orElseThrow(() -> new MissingBlobException(what, hash.toString()));
  }
}
