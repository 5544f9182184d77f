package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where everything lies in a repository's directory, and the bytes of every row.
 *
 * <pre>{@code
 * data.mdb, lock.mdb           the LMDB environment
 * turns.lock                   empty, and locked by turns; not there before two processes meet
 * values/<2 hex>/<62 hex>      a value larger than Blobs.MAX_WHOLE, as it is
 * values/incoming/<owner>-<n>  such a value while it is written; locked by its process
 * packs/<8 hex>.pack           longer values, one record after the other; only grows
 * packs/lock                   byte n is locked by the process that appends to pack n
 * damaged/                     what a repair moved aside; nothing is ever read from there
 *
 * table        key                               value
 * config       "config"                          the configuration's bytes
 * blobs        hash:32                           the blob's bytes
 * packed       hash:32                           the place in a pack, see PackPlace
 * deltas       hash:32                           the difference to another blob, see DeltaRow
 * values       hash:32                           length:8 of the file under values/
 * refs         full name, UTF-8                  bytes of the ref's newest record
 * reflog       full name, UTF-8, 0x00, number:8  bytes of the record with that number
 * gc           "gc"                              epoch:8 state:1 (1 = sentenced, 2 = published)
 *                                                check:8, the first bytes of the SHA-256 of these
 * candidates   hash:32                           epoch:8 in which the blob was listed
 * sessions     (reserved)
 * } *
 * </pre>
 *
 * Integers are big-endian, so LMDB's order of keys by unsigned bytes is the order of hashes, of ref
 * names, and of a ref's numbers. The row in {@code values} is what makes a file a stored blob: a
 * file without a row is what a crash left of a flush, and a later put of the same value replaces
 * it. In the same way the row in {@code packed} is what makes a record of a pack a stored blob.
 * Repositories that were made before there were packs have no table {@code packed}, and get no
 * packs: the programs of that time would not find what is in them. In the same way those that were
 * made before there were differences have no table {@code deltas} and get none.
 *
 * <p>A base of {@code deltas} is a row of {@code blobs}. Whoever collects must take a base for
 * reached where anything that is a difference to it is; whoever relies on a difference takes both
 * off the candidates. A name of a ref holds no NUL, so the records of {@code a} and {@code a/b} do
 * not mix.
 */
final class LmdbLayout {
  /** The file that tells a repository. */
  static final String DATA = "data.mdb";

  static final String LOCK = "lock.mdb";

  /** Empty; processes that commit to one branch at once take turns by locking it. */
  static final String TURNS = "turns.lock";

  static final String VALUES = "values";
  static final String INCOMING = "incoming";
  static final String PACKS = "packs";
  static final String PACK_ENDING = ".pack";

  /** Beside the packs. */
  static final String LOCKS = "lock";

  private static final byte[] CONFIG_KEY = "config".getBytes(StandardCharsets.UTF_8);
  private static final byte[] GC_KEY = "gc".getBytes(StandardCharsets.UTF_8);
  private static final int GC_BYTES = Long.BYTES + 1;

  private LmdbLayout() {}

  static byte[] configKey() {
    return CONFIG_KEY.clone();
  }

  static byte[] gcKey() {
    return GC_KEY.clone();
  }

  static byte[] refKey(RefName name) {
    return name.full().getBytes(StandardCharsets.UTF_8);
  }

  /** The name that a key of {@code refs} is. */
  static RefName refName(byte[] key) {
    String full = new String(key, StandardCharsets.UTF_8);
    try {
      return RefName.parseFull(full);
    } catch (InvalidNameException bad) {
      throw CorruptDataException.malformed(
          "table", "refs", "a row has the key '" + full + "'", bad);
    }
  }

  /** What the full names of all refs of a kind begin with. */
  static byte[] refPrefix(RefName.Kind kind) {
    return (kind.folder() + "/").getBytes(StandardCharsets.UTF_8);
  }

  static byte[] reflogKey(RefName name, long number) {
    byte[] full = refKey(name);
    return ByteBuffer.allocate(full.length + 1 + Long.BYTES)
        .put(full)
        .put((byte) 0)
        .putLong(number)
        .array();
  }

  /** The hash that a key is. */
  static ContentHash hash(Table table, byte[] key) {
    if (key.length != ContentHash.BYTES) {
      throw CorruptDataException.malformed(
          "table", table.toString(), "a row has a key of " + key.length + " bytes instead of 32");
    }
    return ContentHash.of(key);
  }

  static ByteBuffer lengthRow(long length) {
    return ByteBuffer.allocate(Long.BYTES).putLong(length).flip();
  }

  /** The length that a row of {@code values} holds. */
  static long length(ContentHash hash, byte[] row) {
    if (row.length != Long.BYTES) {
      throw CorruptDataException.malformed(
          "blob", hash.toString(), "its row has " + row.length + " bytes instead of 8");
    }
    return ByteBuffer.wrap(row).getLong();
  }

  /** The epoch that the row of {@code gc} holds, which nothing above this driver could check. */
  static long epoch(byte[] row) {
    ByteBuffer bytes = ByteBuffer.wrap(row);
    if (row.length != GC_BYTES + Long.BYTES || bytes.getLong(GC_BYTES) != gcCheck(bytes)) {
      throw CorruptDataException.malformed("collection state", "gc", "its row is damaged");
    }
    return bytes.getLong(0);
  }

  /** The row of {@code gc}. */
  static ByteBuffer gcRow(long epoch, boolean published) {
    ByteBuffer row = ByteBuffer.allocate(GC_BYTES + Long.BYTES);
    row.putLong(0, epoch).put(Long.BYTES, (byte) (published ? 2 : 1));
    return row.putLong(GC_BYTES, gcCheck(row));
  }

  private static long gcCheck(ByteBuffer row) {
    return HashAlgorithm.SHA256.hash(row.slice(0, GC_BYTES)).w0();
  }

  static ByteBuffer candidateRow(long epoch) {
    return lengthRow(epoch);
  }

  /** Where the value with a hash lies as a file. */
  static Path valueFile(Path directory, ContentHash hash) {
    String hex = hash.toString();
    return directory.resolve(VALUES).resolve(hex.substring(0, 2)).resolve(hex.substring(2));
  }

  static Path incoming(Path directory) {
    return directory.resolve(VALUES).resolve(INCOMING);
  }

  static Path packs(Path directory) {
    return directory.resolve(PACKS);
  }

  /** Where the pack with a number lies. */
  static Path pack(Path directory, int number) {
    return packs(directory).resolve(String.format("%08x", number) + PACK_ENDING);
  }
}
