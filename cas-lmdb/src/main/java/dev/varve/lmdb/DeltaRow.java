package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A blob as its difference to another, which is what a row of {@code deltas} holds. Immutable; its
 * array is not to be changed.
 *
 * <pre>
 * row = base:32  count:2  length:2  baseCheck:4, CRC-32C of the base's bytes
 *       check:4, CRC-32C of the hash, the forty bytes before and the difference  difference
 * </pre>
 *
 * The base is a row of {@code blobs}, never a difference itself, so that a blob is read by way of
 * one other at most. The checks tell whose bytes are damaged: the row's, or the base's.
 *
 * @param base the blob that it is the difference to
 * @param count how many differences to this base followed one another, with this one
 * @param length of the blob, in bytes
 * @param baseCheck of the base's bytes
 * @param row all bytes of the row
 */
record DeltaRow(ContentHash base, int count, int length, int baseCheck, byte[] row) {
  /** What is stored as a difference, and what it is the difference to, is shorter than this. */
  static final int MAX_BLOB = LmdbBlobWriter.PACK_FROM;

  /** The longest row that a reader takes. */
  static final int MAX_ROW = 4096;

  /**
   * The longest row that is written: LMDB puts a longer one, with its key and header, on a page of
   * its own.
   */
  private static final int MOST = 1998;

  /** A difference is worth it up to this part of the blob. */
  private static final int SHARE = 4;

  /** So many may follow one another: what a damaged base makes unreadable is bounded. */
  private static final int MOST_ON_ONE = 100;

  private static final int COUNT = 32;
  private static final int LENGTH = 34;
  private static final int BASE_CHECK = 36;
  private static final int CHECK = 40;
  private static final int HEADER = 44;

  /**
   * The row of a blob; null where too little would be saved, or the base has borne enough.
   *
   * @param base its hash and bytes, which are known to be right
   * @param before the count of the row that the blob's one follows, 0 where that is the base itself
   */
  static @Nullable DeltaRow of(ContentHash hash, byte[] blob, Bases.Base base, int before) {
    if (before >= MOST_ON_ONE) {
      return null;
    }
    int most = Math.min(MOST, blob.length / SHARE) - HEADER;
    byte[] difference = most <= 0 ? null : Difference.between(base.bytes(), blob, most);
    if (difference == null) {
      return null;
    }
    ByteBuffer row = ByteBuffer.allocate(HEADER + difference.length);
    row.put(base.hash().toBytes()).putShort((short) (before + 1)).putShort((short) blob.length);
    row.putInt(base.check()).putInt(0);
    row.put(difference);
    row.putInt(CHECK, check(hash, row.array()));
    return new DeltaRow(base.hash(), before + 1, blob.length, base.check(), row.array());
  }

  /** What a row tells; empty where it is damaged. */
  static Optional<DeltaRow> find(ContentHash hash, byte[] bytes) {
    if (bytes.length <= HEADER || bytes.length > MAX_ROW) {
      return Optional.empty();
    }
    ByteBuffer row = ByteBuffer.wrap(bytes);
    int length = Short.toUnsignedInt(row.getShort(LENGTH));
    int count = Short.toUnsignedInt(row.getShort(COUNT));
    boolean right = row.getInt(CHECK) == check(hash, bytes) && length > 0 && length < MAX_BLOB;
    return right && count > 0
        ? Optional.of(
            new DeltaRow(ContentHash.at(row, 0), count, length, row.getInt(BASE_CHECK), bytes))
        : Optional.empty();
  }

  /**
   * What a row tells.
   *
   * @throws CorruptDataException where it is damaged
   */
  static DeltaRow at(ContentHash hash, byte[] bytes) {
    return find(hash, bytes)
        .orElseThrow(
            () ->
                CorruptDataException.malformed(
                    "blob",
                    hash.toString(),
                    "its row, which tells the difference to another, is damaged"));
  }

  /**
   * What a row tells, or told before one of its bits was flipped. Nothing of it is proved by that:
   * the blob's hash has to be right.
   */
  static Optional<DeltaRow> mended(ContentHash hash, byte[] bytes) {
    Optional<DeltaRow> found = find(hash, bytes);
    byte[] tried = bytes.clone();
    for (int bit = 0; found.isEmpty() && bit < 8 * Math.min(tried.length, MAX_ROW); bit++) {
      tried[bit / 8] ^= (byte) (1 << bit % 8);
      found = find(hash, tried);
      if (found.isEmpty()) {
        tried[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
    return found;
  }

  /**
   * The blob, which its hash has to prove.
   *
   * @param bytes those of the base, or null where it is not stored
   * @throws CorruptDataException where the base or the row does not allow it; it names both
   */
  byte[] over(ContentHash hash, byte @Nullable [] bytes) {
    if (bytes == null) {
      throw damaged(hash, "which is missing");
    }
    if (!isBase(bytes)) {
      throw damaged(hash, "whose bytes are damaged");
    }
    return apply(bytes)
        .orElseThrow(() -> damaged(hash, "and the difference does not make " + length + " bytes"));
  }

  private CorruptDataException damaged(ContentHash hash, String how) {
    return CorruptDataException.malformed(
        "blob", hash.toString(), "it is stored as a difference to object " + base + ", " + how);
  }

  /** Whether these are the bytes that the base had when the row was written. */
  boolean isBase(byte[] bytes) {
    return checkOf(bytes) == baseCheck;
  }

  /** The blob over any bytes of a base; empty where they do not go together. */
  Optional<byte[]> apply(byte[] bytes) {
    return Optional.ofNullable(Difference.apply(bytes, row, HEADER, length));
  }

  /** The check of a base's bytes. */
  static int checkOf(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static int check(ContentHash hash, byte[] row) {
    CRC32C crc = new CRC32C();
    crc.update(hash.toBytes());
    crc.update(row, 0, CHECK);
    crc.update(row, HEADER, row.length - HEADER);
    return (int) crc.getValue();
  }
}
