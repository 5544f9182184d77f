package dev.varve.lmdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/**
 * A pack that is this process's to append to, until it is released. Written to and released by the
 * thread of {@link PackTail} alone; synced by that of {@link PackSync}.
 */
final class PackClaim {
  private final int pack;
  private final FileChannel channel;
  private final FileLock lock;

  /** What is behind this was never synced. */
  private volatile long synced;

  private volatile boolean lost;

  /**
   * A pack whose lock is held.
   *
   * @param length what is in it
   */
  PackClaim(int pack, FileChannel channel, FileLock lock, long length) {
    this.pack = pack;
    this.channel = channel;
    this.lock = lock;
    this.synced = length;
  }

  int pack() {
    return pack;
  }

  FileChannel channel() {
    return channel;
  }

  /**
   * Makes everything up to {@code end} durable. Where that fails once, it fails for good: nobody
   * knows what of the pack is kept, and another sync may not tell.
   */
  void sync(long end) throws IOException {
    if (lost) {
      throw new IOException("an earlier sync of the pack failed");
    }
    boolean done = false;
    try {
      channel.force(false);
      synced = end;
      done = true;
    } finally {
      lost = !done;
    }
  }

  /** Whether a sync failed. */
  boolean lost() {
    return lost;
  }

  /** Takes away what no sync made durable and no row names; it costs room only. */
  void cutUnsynced() {
    try {
      channel.truncate(synced);
    } catch (IOException stays) {
      // A scan passes over it.
    }
  }

  /** Leaves the pack to others. Nothing of it may be on its way to a sync. */
  void release() {
    try (channel) {
      lock.release();
    } catch (IOException left) {
      // Both go with the process at the latest.
    }
  }
}
