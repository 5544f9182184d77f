package dev.varve.tree;

/**
 * Where the columns of one encoded node begin, in bytes from its start. Immutable.
 *
 * @param level 0 for a leaf
 * @param count number of entries
 * @param uniform whether this is a leaf of blob entries alone, which has neither kinds nor ends
 * @param keys the key column
 * @param kinds leaf: one byte an entry; interior: the key counts
 * @param lengths leaf: the lengths of the values; interior: unused
 * @param lengthWidth bytes of one length, or of one key count
 * @param ends leaf: where each entry's data ends; interior: the byte counts
 * @param endWidth bytes of one end, or of one byte count
 * @param data leaf: hashes and inline bytes; interior: the hashes
 */
record NodeLayout(
    int level,
    int count,
    boolean uniform,
    int keys,
    int kinds,
    int lengths,
    int lengthWidth,
    int ends,
    int endWidth,
    int data) {
  /** How many restart points the key column has. */
  int restarts() {
    return (count + NodeCodec.RESTART - 1) / NodeCodec.RESTART;
  }
}
