package dev.varve.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What each byte of an LMDB file is for, found by walking its newest state: so that every kind can
 * be damaged, and it is known what was. Immutable.
 */
final class StoredBits {
  private static final int PAGE = 4096;
  private static final int HEADER = 16;
  private static final int NODE_HEADER = 8;
  private static final int TREE = 48;
  private static final int BRANCH = 1;
  private static final int OWN_PAGES = 1;

  /** What bytes are for. */
  enum Kind {
    ROOT_PAGE(false),
    BRANCH_PAGE(false),
    /** Header, table and keys of a page of rows. */
    LEAF_PAGE(false),
    /** Which pages are free. */
    FREE_LIST(false),
    FREE_PAGE(false),
    NODE(true),
    COMMIT(true),
    /** A value that is a row. */
    CHUNK(true),
    /**
     * The row that makes a file a value. It holds the file's length, which is asked for only by who
     * stores the value again; a wrong one makes that write it anew. Readers prove the file.
     */
    VALUE_ROW(false),
    /** The row that makes a record of a pack a value. */
    PACKED_ROW(true),
    /** A node as its difference to another. */
    DELTA_ROW(true),
    CONFIG(true),
    REF(true),
    LOG_RECORD(true),
    COLLECTION_ROW(true);

    private final boolean object;

    Kind(boolean object) {
      this.object = object;
    }

    /** Whether every bit of it counts. */
    boolean isObject() {
      return object;
    }
  }

  /** Bytes of a kind, that follow one another. */
  record Extent(long from, int length) {}

  private final ByteBuffer file;
  private final Map<Kind, List<Extent>> extents = new EnumMap<>(Kind.class);
  private final BitSet used = new BitSet();

  private StoredBits(ByteBuffer file) {
    this.file = file;
  }

  static StoredBits of(Path data) throws IOException {
    StoredBits bits =
        new StoredBits(ByteBuffer.wrap(Files.readAllBytes(data)).order(ByteOrder.nativeOrder()));
    bits.read();
    return bits;
  }

  /** How many blobs of a repository that nobody writes to are stored as differences. */
  static int differences(Path repository) throws IOException {
    return of(repository.resolve("data.mdb")).of(Kind.DELTA_ROW).size();
  }

  /** Where bytes of a kind are. */
  List<Extent> of(Kind kind) {
    return extents.getOrDefault(kind, List.of());
  }

  private void add(Kind kind, long from, int length) {
    if (length > 0) {
      extents.computeIfAbsent(kind, none -> new ArrayList<>()).add(new Extent(from, length));
    }
  }

  private void read() {
    int newer = file.getLong(PAGE + 144) > file.getLong(144) ? PAGE : 0;
    add(Kind.ROOT_PAGE, 0, 152);
    add(Kind.ROOT_PAGE, PAGE, 152);
    used.set(0, 2);
    tree(newer + 40, "free");
    tree(newer + 88, "main");
    for (int page = 2; page < file.capacity() / PAGE; page++) {
      if (!used.get(page)) {
        add(Kind.FREE_PAGE, (long) page * PAGE, PAGE);
      }
    }
  }

  private void tree(int record, String table) {
    long root = file.getLong(record + 40);
    if (root != -1) {
      page((int) root, table);
    }
  }

  private void page(int number, String table) {
    int page = number * PAGE;
    used.set(number);
    int keys = (Short.toUnsignedInt(file.getShort(page + 12)) - HEADER) / 2;
    boolean branch = file.getShort(page + 10) == BRANCH;
    Kind structure = branch ? Kind.BRANCH_PAGE : Kind.LEAF_PAGE;
    // Two bytes of the header are never used.
    add(structure, page, 8);
    add(structure, page + 10, 6 + 2 * keys);
    for (int i = 0; i < keys; i++) {
      int node = page + Short.toUnsignedInt(file.getShort(page + HEADER + 2 * i));
      int keyLength = Short.toUnsignedInt(file.getShort(node + 6));
      add(structure, node, NODE_HEADER + keyLength);
      if (branch) {
        page(file.getInt(node), table);
      } else {
        row(table, node, keyLength);
      }
    }
  }

  private void row(String table, int node, int keyLength) {
    int size = file.getInt(node);
    int at = node + NODE_HEADER + keyLength;
    if (table.equals("main")) {
      add(Kind.LEAF_PAGE, at, TREE);
      byte[] name = new byte[keyLength];
      file.get(node + NODE_HEADER, name);
      tree(at, new String(name, StandardCharsets.UTF_8));
      return;
    }
    if ((file.getShort(node + 4) & OWN_PAGES) != 0) {
      int first = (int) file.getLong(at);
      add(Kind.LEAF_PAGE, at, 8);
      used.set(first, first + (HEADER - 1 + size) / PAGE + 1);
      add(Kind.LEAF_PAGE, (long) first * PAGE, 8);
      at = first * PAGE + HEADER;
    }
    add(kind(table, at, size), at, size);
  }

  private Kind kind(String table, int at, int size) {
    return switch (table) {
      case "free" -> Kind.FREE_LIST;
      case "config" -> Kind.CONFIG;
      case "refs" -> Kind.REF;
      case "reflog" -> Kind.LOG_RECORD;
      case "gc" -> Kind.COLLECTION_ROW;
      case "values" -> Kind.VALUE_ROW;
      case "packed" -> Kind.PACKED_ROW;
      case "deltas" -> Kind.DELTA_ROW;
      case "blobs" ->
          begins(at, size, "VRVN")
              ? Kind.NODE
              : begins(at, size, "VRVC") ? Kind.COMMIT : Kind.CHUNK;
      default -> throw new IllegalStateException("a row of the table " + table);
    };
  }

  private boolean begins(int at, int size, String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (size < magic.length() || file.get(at + i) != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
