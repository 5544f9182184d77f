package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the newer of the two root pages of an LMDB file says. Immutable.
 *
 * <p>LMDB keeps no checksums and follows what it reads. So before it opens a file, and wherever the
 * structure is checked, this reads the root pages by itself, and refuses what LMDB cannot have
 * written. In particular the pages' transaction numbers follow one another and tell which page is
 * which: a number that was changed would otherwise bring back the state before the last commit.
 *
 * @param pageSize in bytes
 * @param lastPage number of the last page in use
 * @param transaction number of the transaction that wrote this
 * @param free the tree of free pages
 * @param main the tree of named trees
 */
record RootPage(int pageSize, long lastPage, long transaction, Tree free, Tree main) {
  /** Root of a tree that has no pages. */
  static final long NONE = -1;

  /** The longest path from a root to a leaf that LMDB can follow. */
  static final int MAX_DEPTH = 32;

  private static final int HEADER = 16;
  private static final int FLAG_META = 0x08;
  private static final int MAGIC = 0xBEEFC0DE;
  private static final int VERSION = 1;
  private static final int TREES = 40;
  private static final int LAST_PAGE = TREES + 2 * Tree.BYTES;
  private static final int BYTES = LAST_PAGE + 16;
  private static final int FLAG_INTEGER_KEY = 0x08;

  /**
   * Pages used and freed by one transaction are never written; so much may lack at the end, in
   * bytes.
   */
  private static final int UNWRITTEN = 1 << 20;

  /** How often to look again where another process may have been writing. */
  private static final int TRIES = 5;

  /** The record of one tree. */
  record Tree(
      int flags,
      int depth,
      long branchPages,
      long leafPages,
      long overflowPages,
      long entries,
      long root) {
    /** Length of its bytes. */
    static final int BYTES = 48;

    static Tree at(ByteBuffer page, int at) {
      return new Tree(
          Short.toUnsignedInt(page.getShort(at + 4)),
          Short.toUnsignedInt(page.getShort(at + 6)),
          page.getLong(at + 8),
          page.getLong(at + 16),
          page.getLong(at + 24),
          page.getLong(at + 32),
          page.getLong(at + 40));
    }
  }

  /**
   * Reads the newer root page.
   *
   * @throws CorruptDataException where the two are not what LMDB writes, or the file is shorter
   *     than they tell
   */
  static RootPage read(Path data) {
    for (int tries = 1; ; tries++) {
      try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "r")) {
        return read(data, file);
      } catch (CorruptDataException maybeChanging) {
        if (tries == TRIES) {
          throw maybeChanging;
        }
      } catch (IOException failed) {
        throw LmdbErrors.of("read the LMDB file", data, failed);
      }
    }
  }

  /**
   * The newer root page of those that make sense, in a file that is damaged.
   *
   * @param pageSize where the second one is
   */
  static Optional<RootPage> newest(Path data, int pageSize) throws IOException {
    Optional<RootPage> newest = Optional.empty();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "r")) {
      for (int number = 0; number < 2; number++) {
        try {
          RootPage page = parse(data, number, page(file, (long) number * pageSize), pageSize);
          if (newest.isEmpty() || newest.get().transaction() < page.transaction()) {
            newest = Optional.of(page);
          }
        } catch (CorruptDataException damaged) {
          // The other one may be whole.
        }
      }
    }
    return newest;
  }

  /** Whether both root pages are whole, so that it is known which is the newer one. */
  static boolean isSure(Path data) {
    try {
      read(data);
      return true;
    } catch (CorruptDataException damaged) {
      return false;
    }
  }

  private static RootPage read(Path data, RandomAccessFile file) throws IOException {
    ByteBuffer first = page(file, 0);
    int pageSize = first.getInt(TREES);
    need(
        data,
        first.getInt(HEADER) == MAGIC
            && Integer.bitCount(pageSize) == 1
            && pageSize >= 512
            && pageSize <= 1 << 16,
        "it does not begin as an LMDB file does");
    RootPage even = parse(data, 0, first, pageSize);
    RootPage odd = parse(data, 1, page(file, pageSize), pageSize);
    long newer = Math.max(even.transaction, odd.transaction);
    need(
        data,
        newer == 0 || Math.min(even.transaction, odd.transaction) == newer - 1,
        "the transactions of its root pages, "
            + even.transaction
            + " and "
            + odd.transaction
            + ", do not follow one another");
    RootPage root = even.transaction > odd.transaction ? even : odd;
    need(
        data,
        root.lastPage >= 1 && root.lastPage < 1L << 44,
        "it tells of " + root.lastPage + " pages");
    // The length is looked at after the root page: a file that grows meanwhile is long enough.
    long found = file.length();
    need(
        data,
        found + UNWRITTEN >= root.bytes(),
        "it has "
            + found
            + " bytes, its root page tells of "
            + root.bytes()
            + ": it was cut short");
    return root;
  }

  /** How long the file must be, in bytes. */
  long bytes() {
    return (lastPage + 1) * pageSize;
  }

  private static ByteBuffer page(RandomAccessFile file, long at) throws IOException {
    byte[] bytes = new byte[BYTES];
    file.seek(at);
    file.readFully(bytes, 0, (int) Math.max(0, Math.min(BYTES, file.length() - at)));
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private static RootPage parse(Path data, int number, ByteBuffer page, int pageSize) {
    Tree free = Tree.at(page, TREES);
    Tree main = Tree.at(page, TREES + Tree.BYTES);
    long lastPage = page.getLong(LAST_PAGE);
    long transaction = page.getLong(LAST_PAGE + 8);
    need(
        data,
        page.getLong(0) == number
            && Short.toUnsignedInt(page.getShort(10)) == FLAG_META
            && page.getInt(HEADER) == MAGIC
            && page.getInt(HEADER + 4) == VERSION
            && page.getInt(TREES) == pageSize
            && page.getInt(TREES + Tree.BYTES) == 0
            && free.flags == FLAG_INTEGER_KEY
            && main.flags == 0
            && transaction >= 0
            && (transaction == 0 || (transaction & 1) == number),
        "root page " + number + " is not one that LMDB writes");
    need(
        data,
        sound(free, lastPage) && sound(main, lastPage),
        "root page " + number + " names pages outside of the file");
    return new RootPage(pageSize, lastPage, transaction, free, main);
  }

  private static boolean sound(Tree tree, long lastPage) {
    boolean none = tree.root == NONE;
    return tree.depth <= MAX_DEPTH
        && none == (tree.depth == 0)
        && (none || tree.root > 1 && tree.root <= lastPage);
  }

  private static void need(Path data, boolean sound, String rule) {
    if (!sound) {
      throw damage(data, rule);
    }
  }

  static CorruptDataException damage(Path data, String rule) {
    return CorruptDataException.malformed("the LMDB file", data.toString(), rule);
  }
}
