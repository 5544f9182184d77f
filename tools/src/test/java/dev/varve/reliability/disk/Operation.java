package dev.varve.reliability.disk;

/** What a call did to a disk. Immutable. Inodes are numbered from 0, which is the root folder. */
sealed interface Operation {
  /** Nanoseconds; no effect before. */
  long start();

  /** Nanoseconds; the whole effect from then on, as far as other processes can see. */
  long end();

  /**
   * Bytes of a file were written.
   *
   * @param durable whether the disk had them when the call returned
   */
  record Write(long start, long end, int inode, long at, byte[] bytes, boolean durable)
      implements Operation {}

  /** A file was cut or made longer with zeros. */
  record Resize(long start, long end, int inode, long size) implements Operation {}

  /** A file or folder was synced. */
  record Sync(long start, long end, int inode) implements Operation {}

  /**
   * A name in a folder now stands for an inode, or for none where {@code inode} is negative.
   *
   * @param folder the folder's inode
   */
  record Name(long start, long end, int folder, String name, int inode) implements Operation {}

  /** An entry moved. That it has gone from its old place means that it has come to the new one. */
  record Rename(long start, long end, Name gone, Name come) implements Operation {}

  /** A process printed something. */
  record Printed(long start, long end, int process, String text) implements Operation {}
}
