package dev.varve.lmdb;

import dev.varve.blob.Blobs;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The header that stands before a value in a pack, so that a pack tells by itself what it holds.
 * Immutable.
 *
 * <pre>
 * header = "VRVP"  version:1  zeros:3  length:8  hash:32  check:4, CRC-32C of the 48 bytes before  zeros:12
 * </pre>
 *
 * Headers begin at multiples of 64 bytes. Reading a value needs none of this: its row has the
 * place, its hash the proof. It is for finding values again whose rows were lost.
 *
 * @param hash of the value
 * @param length of the value, in bytes
 */
record PackRecord(ContentHash hash, int length) {
  /** Length of a header, and what offsets of headers are multiples of. */
  static final int HEADER = 64;

  private static final int MAGIC = 0x56525650;
  private static final int VERSION = 1;
  private static final int CHECKED = 48;

  /** Appends the header. */
  void write(ByteBuffer out) {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putInt(MAGIC).put((byte) VERSION).put(new byte[3]).putLong(length);
    header.put(hash.toBytes()).putInt(check(header)).clear();
    out.put(header);
  }

  /** The header at an offset of a buffer, where there is a right one. */
  static Optional<PackRecord> at(ByteBuffer bytes, int offset) {
    if (bytes.getInt(offset) != MAGIC
        || bytes.get(offset + 4) != VERSION
        || bytes.getInt(offset + CHECKED) != check(bytes.slice(offset, HEADER))) {
      return Optional.empty();
    }
    long length = bytes.getLong(offset + 8);
    return length < 1 || length > Blobs.MAX_WHOLE
        ? Optional.empty()
        : Optional.of(new PackRecord(ContentHash.at(bytes, offset + 16), (int) length));
  }

  /** The offset at which the next header may stand. */
  static long next(long offset) {
    return (offset + HEADER - 1) / HEADER * HEADER;
  }

  private static int check(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CHECKED));
    return (int) crc.getValue();
  }
}
