package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where a value's bytes lie in a pack, which is what a row of {@code packed} holds. Immutable.
 *
 * <pre>
 * row = pack:4  offset:8  length:4  check:4, CRC-32C of the hash and the sixteen bytes before
 * </pre>
 *
 * The check tells a damaged row from a place where wrong bytes lie, so that only the row is blamed.
 *
 * @param pack number of the pack
 * @param offset of the value's first byte in it, after the record's header
 * @param length of the value, in bytes
 */
record PackPlace(int pack, long offset, int length) {
  /** Length of a row, in bytes. */
  static final int ROW = 20;

  private static final int CHECKED = ROW - Integer.BYTES;

  /** The offset after the value's last byte. */
  long end() {
    return offset + length;
  }

  /** The bytes of the row of a value. */
  ByteBuffer row(ContentHash hash) {
    ByteBuffer row = ByteBuffer.allocate(ROW);
    row.putInt(pack).putLong(offset).putInt(length);
    return row.putInt(check(hash, row)).flip();
  }

  /** The place that a row tells; empty where the row is damaged. */
  static Optional<PackPlace> find(ContentHash hash, byte[] bytes) {
    if (bytes.length != ROW) {
      return Optional.empty();
    }
    ByteBuffer row = ByteBuffer.wrap(bytes);
    return row.getInt(CHECKED) == check(hash, row)
        ? Optional.of(new PackPlace(row.getInt(0), row.getLong(4), row.getInt(12)))
        : Optional.empty();
  }

  /**
   * The place that a row tells.
   *
   * @throws CorruptDataException where the row is damaged
   */
  static PackPlace at(ContentHash hash, byte[] bytes) {
    return find(hash, bytes)
        .orElseThrow(
            () ->
                CorruptDataException.malformed(
                    "blob", hash.toString(), "its row, which tells its pack, is damaged"));
  }

  private static int check(ContentHash hash, ByteBuffer row) {
    CRC32C crc = new CRC32C();
    crc.update(hash.toBytes());
    crc.update(row.slice(0, CHECKED));
    return (int) crc.getValue();
  }
}
