package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the trees of an LMDB file page by page and refuses any that LMDB would stumble over: it
 * trusts its pages, and a flipped bit in one can end the process or hide rows. One thread. The
 * caller holds a read transaction of the state that is walked, so that its pages are not used
 * again.
 *
 * <p>Checked are page numbers, kinds and free space; that nodes lie within their page and keys
 * ascend, also between pages; that no page has two places, in the trees or among the free ones;
 * that values on pages of their own fill them; and that the tallies of each tree are right. Values
 * are not looked at: they have hashes. Memory: one page a level, and a bit for each page of the
 * file.
 */
final class StructureCheck {
  private static final int HEADER = 16;
  private static final int NODE = 8;
  private static final int BRANCH = 1;
  private static final int LEAF = 2;
  private static final int OVERFLOW = 4;
  private static final int ON_OWN_PAGES = 1;
  private static final int NAMES_A_TREE = 2;
  private static final int MAX_KEY = 511;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final Path data;
  private final RandomAccessFile file;
  private final RootPage root;
  private final Extent extent;
  private final BitSet seen = new BitSet();
  private long pages;

  /** Where the file stands, or -1 where that is not known. */
  private long position = -1;

  /** One for each page between the root and the one that is looked at; new ones cost more. */
  private final List<byte[]> path = new ArrayList<>();

  private int depth;

  private StructureCheck(Path data, RandomAccessFile file, RootPage root, Extent extent) {
    this.data = data;
    this.file = file;
    this.root = root;
    this.extent = extent;
  }

  /** How much is looked at. */
  enum Extent {
    /** The trees, but not the pages of large values, up to 1024 pages: some milliseconds. */
    QUICK(1024),
    /** Everything. */
    FULL(Long.MAX_VALUE);

    private final long maxPages;

    Extent(long maxPages) {
      this.maxPages = maxPages;
    }
  }

  /** What is still to be found below a tree's record. */
  private static final class Tally {
    private long branchPages;
    private long leafPages;
    private long overflowPages;
    private long entries;
    private byte @Nullable [] lastKey;
  }

  /** Which tree is walked: their keys and values differ. */
  private enum Kind {
    FREE,
    MAIN,
    TABLE
  }

  /**
   * Walks the state of one root page.
   *
   * @param extent where to stop, content
   * @throws dev.varve.error.CorruptDataException where a page is not as LMDB writes it
   */
  static void run(Path data, RootPage root, Extent extent) {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "r")) {
      StructureCheck check = new StructureCheck(data, file, root, extent);
      // The free pages last: by then all others are known.
      check.tree(root.main(), Kind.MAIN);
      check.tree(root.free(), Kind.FREE);
    } catch (FarEnough stop) {
      // What follows is not in the extent.
    } catch (IOException failed) {
      throw LmdbErrors.of("check the LMDB file", data, failed);
    }
  }

  private static final class FarEnough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FarEnough() {
      super(null, null, false, false);
    }
  }

  private void tree(RootPage.Tree tree, Kind kind) throws IOException {
    Tally tally = new Tally();
    if (tree.root() != RootPage.NONE) {
      if (tree.depth() < 1 || tree.depth() > RootPage.MAX_DEPTH) {
        throw damage("a tree has depth " + tree.depth());
      }
      page(tree.root(), tree.depth(), kind, tally, null, null);
    }
    if (!(tally.branchPages == tree.branchPages()
        && tally.leafPages == tree.leafPages()
        && tally.overflowPages == tree.overflowPages()
        && tally.entries == tree.entries())) {
      throw damage("a tree has other pages or rows than its record tells");
    }
  }

  /**
   * A page of a tree, whose keys are at least {@code low} and below {@code high} where these are.
   */
  private void page(
      long number,
      int height,
      Kind kind,
      Tally tally,
      byte @Nullable [] low,
      byte @Nullable [] high)
      throws IOException {
    ByteBuffer page = load(number);
    claim(number, 1);
    int flags = Short.toUnsignedInt(page.getShort(10));
    if (flags != (height > 1 ? BRANCH : LEAF)) {
      throw damage("page " + number + " is of kind " + flags);
    }
    int lower = Short.toUnsignedInt(page.getShort(12));
    int upper = Short.toUnsignedInt(page.getShort(14));
    int keys = (lower - HEADER) / 2;
    if (!(lower >= HEADER
        && lower % 2 == 0
        && lower <= upper
        && upper <= root.pageSize()
        && keys >= (height > 1 ? 2 : 1))) {
      throw damage("page " + number + " has no sound table of rows");
    }
    depth++;
    if (height > 1) {
      tally.branchPages++;
      branch(page, number, keys, height, kind, tally, low, high);
    } else {
      tally.leafPages++;
      leaf(page, number, keys, kind, tally, low, high);
    }
    depth--;
  }

  private void branch(
      ByteBuffer page,
      long number,
      int keys,
      int height,
      Kind kind,
      Tally tally,
      byte @Nullable [] low,
      byte @Nullable [] high)
      throws IOException {
    byte[] from = low;
    for (int i = 0; i < keys; i++) {
      int node = node(page, number, i);
      // The first key of a branch is never compared, and may be empty.
      byte[] to = i + 1 < keys ? key(page, number, node(page, number, i + 1)) : high;
      long child =
          Integer.toUnsignedLong(page.getInt(node))
              | (long) Short.toUnsignedInt(page.getShort(node + 4)) << 32;
      page(child, height - 1, kind, tally, from, to);
      from = to;
    }
  }

  private void leaf(
      ByteBuffer page,
      long number,
      int keys,
      Kind kind,
      Tally tally,
      byte @Nullable [] low,
      byte @Nullable [] high)
      throws IOException {
    byte[] bytes = path.get(depth - 1);
    byte[] last = tally.lastKey;
    int lastAt = 0;
    int lastLength = last == null ? 0 : last.length;
    // Keys are compared where they lie: an object for each of thousands would cost more.
    for (int i = 0; i < keys; i++) {
      int node = node(page, number, i);
      int length = keyLength(page, number, node);
      int at = node + NODE;
      // Keys ascend, so the first tells of the lower bound and the last of the upper one.
      if (!((last == null || compare(kind, last, lastAt, lastLength, bytes, at, length) < 0)
          && (i > 0 || low == null || compare(kind, low, 0, low.length, bytes, at, length) <= 0)
          && (i < keys - 1
              || high == null
              || compare(kind, bytes, at, length, high, 0, high.length) < 0))) {
        throw damage("the keys of page " + number + " are not in order");
      }
      last = bytes;
      lastAt = at;
      lastLength = length;
      tally.entries++;
      value(page, number, node, length, kind, tally);
    }
    tally.lastKey = Arrays.copyOfRange(bytes, lastAt, lastAt + lastLength);
  }

  private void value(ByteBuffer page, long number, int node, int keyLength, Kind kind, Tally tally)
      throws IOException {
    long size = Integer.toUnsignedLong(page.getInt(node));
    int flags = Short.toUnsignedInt(page.getShort(node + 4));
    int at = node + NODE + keyLength;
    boolean own = (flags & ON_OWN_PAGES) != 0;
    if (!((flags & ~ON_OWN_PAGES) == (kind == Kind.MAIN ? NAMES_A_TREE : 0)
        && (kind != Kind.MAIN || size == RootPage.Tree.BYTES)
        && at + (own ? Long.BYTES : size) <= root.pageSize())) {
      throw damage("a row of page " + number + " is not one that LMDB writes");
    }
    if (own) {
      overflow(page.getLong(at), size, kind, tally);
    } else if (kind == Kind.FREE) {
      freePages(page.slice(at, (int) size).order(ByteOrder.nativeOrder()));
    } else if (kind == Kind.MAIN) {
      RootPage.Tree tree = RootPage.Tree.at(page, at);
      if (tree.flags() != 0) {
        throw damage("a table has flags " + tree.flags());
      }
      tree(tree, Kind.TABLE);
    }
  }

  private void overflow(long number, long size, Kind kind, Tally tally) throws IOException {
    long own = (HEADER - 1 + size) / root.pageSize() + 1;
    claim(number, own);
    tally.overflowPages += own;
    if (extent == Extent.QUICK && kind != Kind.FREE) {
      return;
    }
    ByteBuffer header = load(number);
    if (!(Short.toUnsignedInt(header.getShort(10)) == OVERFLOW
        && Integer.toUnsignedLong(header.getInt(12)) == own)) {
      throw damage("page " + number + " does not hold the value that it should hold");
    }
    if (kind == Kind.FREE) {
      if (size > Integer.MAX_VALUE - 8) {
        throw damage("a list of free pages has " + size + " bytes");
      }
      ByteBuffer list = ByteBuffer.allocate((int) size).order(ByteOrder.nativeOrder());
      read(number * root.pageSize() + HEADER, list.array());
      freePages(list);
    }
  }

  private void freePages(ByteBuffer list) {
    long count = list.remaining() < Long.BYTES ? -1 : list.getLong(0);
    if (count < 0 || count >= list.remaining() / Long.BYTES) {
      throw damage(
          "a list of free pages tells of " + count + " pages in " + list.remaining() + " bytes");
    }
    for (int i = 1; i <= count; i++) {
      claim(list.getLong(i * Long.BYTES), 1);
    }
  }

  /** Where the node of a row begins, which lies whole in the page with its key. */
  private int node(ByteBuffer page, long number, int index) {
    int upper = Short.toUnsignedInt(page.getShort(14));
    int node = Short.toUnsignedInt(page.getShort(HEADER + 2 * index));
    if (node < upper || node % 2 != 0 || node + NODE > root.pageSize()) {
      throw damage("row " + index + " of page " + number + " lies outside of it");
    }
    return node;
  }

  private byte[] key(ByteBuffer page, long number, int node) {
    byte[] key = new byte[keyLength(page, number, node)];
    page.get(node + NODE, key);
    return key;
  }

  /** The length of the key of a node, which lies whole in its page. */
  private int keyLength(ByteBuffer page, long number, int node) {
    int length = Short.toUnsignedInt(page.getShort(node + 6));
    if (length > MAX_KEY || node + NODE + length > root.pageSize()) {
      throw damage("page " + number + " has a key of " + length + " bytes");
    }
    return length;
  }

  private static int compare(
      Kind kind, byte[] a, int atA, int lengthA, byte[] b, int atB, int lengthB) {
    return kind == Kind.FREE && lengthA == Long.BYTES && lengthB == Long.BYTES
        ? Long.compareUnsigned((long) WORD.get(a, atA), (long) WORD.get(b, atB))
        : Arrays.compareUnsigned(a, atA, atA + lengthA, b, atB, atB + lengthB);
  }

  /** A page has one place. */
  private void claim(long number, long count) {
    if (number <= 1 || count <= 0 || number > root.lastPage() - count + 1) {
      throw damage("page " + number + " is named, the last one is " + root.lastPage());
    }
    int from = Math.toIntExact(number);
    int to = Math.toIntExact(number + count);
    // Each by itself: the next that is set may be far.
    for (int page = from; page < to; page++) {
      if (seen.get(page)) {
        throw damage("page " + page + " is used twice");
      }
    }
    seen.set(from, to);
  }

  /** Most pages follow the one before: to seek costs nearly as much as to read. */
  private void read(long at, byte[] bytes) throws IOException {
    if (at != position) {
      file.seek(at);
    }
    position = -1;
    file.readFully(bytes);
    position = at + bytes.length;
  }

  /** A page, which stands until the next is loaded at this depth. */
  private ByteBuffer load(long number) throws IOException {
    if (number <= 1 || number > root.lastPage()) {
      throw damage("page " + number + " is named, the last one is " + root.lastPage());
    }
    if (pages++ >= extent.maxPages) {
      throw new FarEnough();
    }
    if (path.size() == depth) {
      path.add(new byte[root.pageSize()]);
    }
    byte[] bytes = path.get(depth);
    read(number * root.pageSize(), bytes);
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    if (page.getLong(0) != number) {
      throw damage("page " + number + " bears the number " + page.getLong(0));
    }
    return page;
  }

  /** Its text is made where a rule is broken: there are several for each of thousands of rows. */
  private CorruptDataException damage(String rule) {
    return RootPage.damage(
        data,
        rule
            + "; -D"
            + LmdbSettings.ALLOW_DAMAGE
            + "=true opens it nonetheless, to save what can be read");
  }
}
