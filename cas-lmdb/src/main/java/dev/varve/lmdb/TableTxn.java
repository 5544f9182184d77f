package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * One LMDB transaction, as gets and puts of rows. One thread. Whatever it returns is a copy; no
 * memory of LMDB leaves it. A table that an older repository has not is without rows. Lets
 * lmdbjava's exceptions through: {@link LmdbEnvironment} and {@link WriteQueue} tell from them what
 * to do.
 */
final class TableTxn {
  /** LMDB's own limit of a key, in bytes. */
  private static final int MAX_KEY = 511;

  /** Through which values without an accessible array are copied, in bytes. */
  private static final int PART = 1 << 16;

  private final LmdbEnvironment environment;
  private final Txn<Pointer> txn;
  private final Pointer scratch =
      PointerProxy.RUNTIME.getMemoryManager().allocateDirect(MAX_KEY + 1, false);

  TableTxn(LmdbEnvironment environment, Txn<Pointer> txn) {
    this.environment = environment;
    this.txn = txn;
  }

  /** Sees what is committed now; of a read transaction that was reset. */
  void renew() {
    txn.renew();
  }

  /** Lets go of all pages, so that they may be used again; of a read transaction. */
  void reset() {
    txn.reset();
  }

  /** Ends it. */
  void close() {
    txn.close();
  }

  /** A row. Of the value only the length, where the bytes were not asked for. */
  record Row(byte[] key, long length, byte @Nullable [] value) {
    /** The value, of a row whose value was asked for. */
    byte[] bytes() {
      return Objects.requireNonNull(value);
    }
  }

  /** Length of the row's value, or -1 where there is no row. */
  long length(Table table, byte[] key) {
    Pointer value = find(table, key);
    return value == null ? -1 : value.size();
  }

  /** A copy of the row's value, or null where there is no row. */
  byte @Nullable [] get(Table table, byte[] key, int maxLength) {
    Pointer value = find(table, key);
    return value == null ? null : whole(table, key.length, value, maxLength);
  }

  /** The row that tells a blob's place in a pack, or null where there is none. */
  byte @Nullable [] packed(byte[] hash) {
    return get(Table.PACKED, hash, PackPlace.ROW);
  }

  /**
   * The row of a blob that is stored as a difference, or null where there is none. One that is too
   * long comes cut, and is then refused as any that is damaged: it must not keep a put from mending
   * the blob.
   */
  byte @Nullable [] delta(byte[] hash) {
    return get(Table.DELTAS, hash, 0L, DeltaRow.MAX_ROW + 1);
  }

  /** The bytes of what may be a base, or null where none so short is stored as a row. */
  byte @Nullable [] base(ContentHash hash) {
    return row(Table.BLOBS, hash.toBytes(), DeltaRow.MAX_BLOB - 1).map(Row::value).orElse(null);
  }

  /** The row; with a copy of its value only where that is not longer than asked for. */
  Optional<Row> row(Table table, byte[] key, int maxValue) {
    Pointer value = find(table, key);
    if (value == null) {
      return Optional.empty();
    }
    byte[] copy = value.size() > maxValue ? null : whole(table, key.length, value, maxValue);
    return Optional.of(new Row(key, value.size(), copy));
  }

  /** A copy of part of the row's value, cut at its end; null where there is no row. */
  byte @Nullable [] get(Table table, byte[] key, long position, int count) {
    Pointer value = find(table, key);
    if (value == null) {
      return null;
    }
    check(table, key.length, value);
    long from = Math.min(position, value.size());
    byte[] copy = new byte[(int) Math.min(count, value.size() - from)];
    value.get(from, copy, 0, copy.length);
    return copy;
  }

  /**
   * Copies part of the row's value into a buffer, once.
   *
   * @param into is filled from its position on; its position is unchanged
   * @return how many bytes, or -1 where there is no row
   */
  int copy(Table table, byte[] key, long position, ByteBuffer into) {
    Pointer value = find(table, key);
    if (value == null) {
      return -1;
    }
    check(table, key.length, value);
    long from = Math.min(position, value.size());
    int count = (int) Math.min(into.remaining(), value.size() - from);
    if (into.hasArray()) {
      value.get(from, into.array(), into.arrayOffset() + into.position(), count);
    } else {
      try {
        value.transferTo(from, PointerProxy.memory(into), 0, count);
      } finally {
        Reference.reachabilityFence(into);
      }
    }
    return count;
  }

  /** Inserts the row, or replaces it. The buffer's position is unchanged. */
  void put(Table table, byte[] key, ByteBuffer bytes) {
    int length = bytes.remaining();
    Pointer target = environment.table(table).reserve(txn, key(key), length);
    if (bytes.hasArray()) {
      target.put(0, bytes.array(), bytes.arrayOffset() + bytes.position(), length);
      return;
    }
    ByteBuffer rest = bytes.duplicate();
    byte[] part = new byte[Math.min(length, PART)];
    for (int at = 0; at < length; at += part.length) {
      int count = Math.min(part.length, length - at);
      rest.get(part, 0, count);
      target.put(at, part, 0, count);
    }
  }

  /** Removes the row if there is one. */
  void delete(Table table, byte[] key) {
    if (environment.has(table)) {
      environment.table(table).delete(txn, key(key));
    }
  }

  /**
   * The rows whose keys begin with {@code prefix}, from {@code from} on, in order.
   *
   * @param after whether {@code from} itself is left out
   * @param max how many at most
   * @param maxValue the longest value to copy, or -1 to copy none
   */
  List<Row> rows(Table table, byte[] prefix, byte[] from, boolean after, int max, int maxValue) {
    List<Row> rows = new ArrayList<>();
    if (!environment.has(table)) {
      return rows;
    }
    try (Cursor<Pointer> cursor = environment.table(table).openCursor(txn)) {
      boolean found =
          from.length == 0 ? cursor.first() : cursor.get(key(from), GetOp.MDB_SET_RANGE);
      for (; found && rows.size() < max; found = cursor.next()) {
        byte[] key = copy(table, cursor.key(), MAX_KEY);
        if (after && Arrays.equals(key, from)) {
          continue;
        }
        if (key.length < prefix.length
            || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
          break;
        }
        Pointer value = cursor.val();
        byte[] copy = maxValue < 0 ? null : whole(table, key.length, value, maxValue);
        rows.add(new Row(key, value.size(), copy));
      }
    }
    return rows;
  }

  /** The greatest key that is not above one, or null where there is none. */
  byte @Nullable [] last(Table table, byte[] most) {
    try (Cursor<Pointer> cursor = environment.table(table).openCursor(txn)) {
      boolean found = cursor.get(key(most), GetOp.MDB_SET_RANGE);
      if (found && Arrays.equals(copy(table, cursor.key(), MAX_KEY), most)) {
        return most;
      }
      found = found ? cursor.prev() : cursor.last();
      return found ? copy(table, cursor.key(), MAX_KEY) : null;
    }
  }

  private @Nullable Pointer find(Table table, byte[] key) {
    return environment.has(table) ? environment.table(table).get(txn, key(key)) : null;
  }

  private Pointer key(byte[] key) {
    scratch.put(0, key, 0, key.length);
    return scratch.slice(0, key.length);
  }

  private byte[] whole(Table table, int keyLength, Pointer value, int maxLength) {
    check(table, keyLength, value);
    return copy(table, value, maxLength);
  }

  private void check(Table table, int keyLength, Pointer value) {
    if (txn.isReadOnly()) {
      environment.pages().check(table, keyLength, value);
    }
  }

  private static byte[] copy(Table table, Pointer bytes, int maxLength) {
    if (bytes.size() < 0 || bytes.size() > maxLength) {
      throw CorruptDataException.malformed(
          "table",
          table.toString(),
          "a row has " + bytes.size() + " bytes where at most " + maxLength + " can be");
    }
    byte[] copy = new byte[(int) bytes.size()];
    bytes.get(0, copy, 0, copy.length);
    return copy;
  }
}
