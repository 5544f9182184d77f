package dev.varve.lmdb;

import dev.varve.error.CorruptDataException;
import jnr.ffi.Pointer;

/**
 * Whether a value that LMDB points at lies where LMDB would have put it. LMDB believes its pages; a
 * flipped bit in the length of a value would let a copy run out of the file and end the process.
 * Immutable.
 *
 * <p>What is used of LMDB's format: a node of a header, key and value that together exceed a limit
 * has its value on overflow pages of its own, which begin with a header that tells how many they
 * are; all others have it inside their page. Pages of a read transaction are aligned in memory as
 * in the file; changed pages of a write transaction are not, and are not checked.
 */
record PageCheck(int pageSize) {
  private static final int PAGE_HEADER = 16;
  private static final int NODE_HEADER = 8;
  private static final int FLAGS_OFFSET = 10;
  private static final int PAGES_OFFSET = 12;
  private static final int OVERFLOW = 0x04;

  /** Refuses a value that breaks the rule above. */
  void check(Table table, int keyLength, Pointer value) {
    long size = value.size();
    long offset = value.address() & pageSize - 1;
    boolean inside = NODE_HEADER + keyLength + size <= nodeMax();
    if (size < 0 || (inside ? offset + size > pageSize : !fillsItsPages(value, offset, size))) {
      throw CorruptDataException.malformed(
          "table",
          table.toString(),
          "a row of " + size + " bytes does not lie on the pages that it should lie on");
    }
  }

  /** A page holds at least two nodes. */
  private int nodeMax() {
    return ((pageSize - PAGE_HEADER) / 2 & -2) - 2;
  }

  private boolean fillsItsPages(Pointer value, long offset, long size) {
    if (offset != PAGE_HEADER) {
      return false;
    }
    Pointer page =
        PointerProxy.RUNTIME
            .getMemoryManager()
            .newPointer(value.address() - PAGE_HEADER, PAGE_HEADER);
    return page.getShort(FLAGS_OFFSET) == OVERFLOW
        && page.getInt(PAGES_OFFSET) == (PAGE_HEADER - 1 + size) / pageSize + 1;
  }
}
