package dev.varve.lmdb;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An LMDB file whose pages are believed as far as they make sense. What is read from it may be
 * anything, and is for the caller to prove. One thread. Holds one page.
 */
final class DamagedFile implements AutoCloseable {
  private static final int HEADER = 16;
  private static final int NODE = 8;
  private static final int FLAGS = 10;
  private static final int OVERFLOW = 4;
  private static final int ON_OWN_PAGES = 1;
  private static final int MAX_KEY = 511;
  private static final int[] PAGE_SIZES = {4096, 16384, 8192, 65536, 32768, 2048, 1024, 512};

  /** Pages whose numbers are looked at to learn how long pages are. */
  private static final int LOOKED_AT = 256;

  private final RandomAccessFile file;
  private final int pageSize;
  private final long pages;

  private DamagedFile(RandomAccessFile file, int pageSize) throws IOException {
    this.file = file;
    this.pageSize = pageSize;
    this.pages = file.length() / pageSize;
  }

  static DamagedFile open(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
    boolean opened = false;
    try {
      DamagedFile damaged = new DamagedFile(file, pageSize(file));
      opened = true;
      return damaged;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /** The length at which most pages bear their own number. */
  private static int pageSize(RandomAccessFile file) throws IOException {
    int best = PAGE_SIZES[0];
    int most = 0;
    for (int size : PAGE_SIZES) {
      int right = 0;
      for (long page = 1; page <= LOOKED_AT && (page + 1) * size <= file.length(); page++) {
        file.seek(page * size);
        right += Long.reverseBytes(file.readLong()) == page ? 1 : 0;
      }
      if (right > most) {
        most = right;
        best = size;
      }
    }
    return best;
  }

  /** The length of a page, in bytes. */
  int pageSize() {
    return pageSize;
  }

  /** How many whole pages there are. */
  long pages() {
    return pages;
  }

  /** A row as a leaf has it. The value is read when it is asked for. Immutable. */
  record Row(byte[] key, long size, long at) {}

  /** A child of a branch, or a row of a leaf. */
  record Page(List<Long> children, List<Row> rows) {}

  private ByteBuffer load(long number) throws IOException {
    byte[] bytes = new byte[pageSize];
    file.seek(number * pageSize);
    file.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * How many pages the value takes that begins on a page, if one does; 1 for any other page. The
   * pages after the first hold bytes of a client, who may have stored anything.
   */
  long span(long number) throws IOException {
    ByteBuffer page = load(number);
    long own = Integer.toUnsignedLong(page.getInt(12));
    boolean value =
        page.getLong(0) == number
            && page.getShort(FLAGS) == OVERFLOW
            && own >= 1
            && number + own <= pages;
    return value ? own : 1;
  }

  /** The rows that a page has as a leaf, as far as they make sense. */
  List<Row> rows(long number) throws IOException {
    ByteBuffer page = load(number);
    List<Row> rows = new ArrayList<>();
    if (page.getLong(0) != number || page.getShort(FLAGS) == OVERFLOW) {
      return rows;
    }
    for (int i = 0; i < keys(page); i++) {
      row(page, number, i).ifPresent(rows::add);
    }
    return rows;
  }

  private int keys(ByteBuffer page) {
    int lower = Short.toUnsignedInt(page.getShort(12));
    return Math.max(0, Math.min(lower, pageSize) - HEADER) / 2;
  }

  private Optional<Row> row(ByteBuffer page, long number, int index) {
    int node = Short.toUnsignedInt(page.getShort(HEADER + 2 * index));
    if (node < HEADER || node + NODE > pageSize) {
      return Optional.empty();
    }
    long size = Integer.toUnsignedLong(page.getInt(node));
    boolean own = (page.getShort(node + 4) & ON_OWN_PAGES) != 0;
    int keyLength = Short.toUnsignedInt(page.getShort(node + 6));
    int at = node + NODE + keyLength;
    if (keyLength == 0 || keyLength > MAX_KEY || at + (own ? Long.BYTES : size) > pageSize) {
      return Optional.empty();
    }
    byte[] key = new byte[keyLength];
    page.get(node + NODE, key);
    if (!own) {
      return Optional.of(new Row(key, size, number * pageSize + at));
    }
    long first = page.getLong(at);
    boolean inside = first > 1 && first < pages && size <= (pages - first) * pageSize - HEADER;
    return inside ? Optional.of(new Row(key, size, first * pageSize + HEADER)) : Optional.empty();
  }

  /**
   * The children that a page has as a branch, as far as they make sense; empty where it is none.
   */
  Optional<List<Long>> children(long number) throws IOException {
    if (number < 2 || number >= pages) {
      return Optional.empty();
    }
    ByteBuffer page = load(number);
    if (page.getLong(0) != number || page.getShort(FLAGS) != 1) {
      return Optional.empty();
    }
    List<Long> children = new ArrayList<>();
    for (int i = 0; i < keys(page); i++) {
      int node = Short.toUnsignedInt(page.getShort(HEADER + 2 * i));
      if (node < HEADER || node + NODE > pageSize) {
        return Optional.empty();
      }
      children.add(
          Integer.toUnsignedLong(page.getInt(node))
              | (long) Short.toUnsignedInt(page.getShort(node + 4)) << 32);
    }
    return Optional.of(children);
  }

  /** Whether a page says that it is a leaf, and how many rows it should have. */
  Optional<Integer> leafRows(long number) throws IOException {
    if (number < 2 || number >= pages) {
      return Optional.empty();
    }
    ByteBuffer page = load(number);
    return page.getLong(0) == number && page.getShort(FLAGS) == 2
        ? Optional.of(keys(page))
        : Optional.empty();
  }

  /** A row's value; empty where it is longer than asked for. */
  Optional<ByteBuffer> value(Row row, int maxLength) throws IOException {
    if (row.size() > maxLength || row.at() + row.size() > file.length()) {
      return Optional.empty();
    }
    byte[] bytes = new byte[(int) row.size()];
    file.seek(row.at());
    file.readFully(bytes);
    return Optional.of(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
