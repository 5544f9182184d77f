package dev.varve.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/** Values of one length that nothing stored before, and the file that is their physical limit. */
final class Values {
  /** What a group of values is synced after, in bytes: that of the store. */
  static final long GROUP = 64L << 20;

  private static final int STAGE = 4 << 20;

  private final byte[] base;
  private long next;

  Values(int length) {
    base = new byte[length];
    new Random(length).nextBytes(base);
  }

  /** A value, in memory of its own. */
  byte[] next() {
    byte[] value = Arrays.copyOf(base, base.length);
    ByteBuffer.wrap(value).putLong(0, next++);
    return value;
  }

  /**
   * Appends values to a new file in writes of 4 MiB and syncs it.
   *
   * @param groups whether to sync after each {@link #GROUP}, or at the end alone
   */
  void append(Path path, int count, boolean groups) throws IOException {
    ByteBuffer stage = ByteBuffer.allocateDirect(Math.max(STAGE, base.length));
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long unsynced = 0;
      for (int i = 0; i < count; i++) {
        if (stage.remaining() < base.length) {
          drain(file, stage);
        }
        stage.put(next());
        unsynced += base.length;
        if (groups && unsynced >= GROUP) {
          drain(file, stage);
          file.force(false);
          unsynced = 0;
        }
      }
      drain(file, stage);
      file.force(false);
    }
  }

  private static void drain(FileChannel file, ByteBuffer stage) throws IOException {
    stage.flip();
    while (stage.hasRemaining()) {
      file.write(stage);
    }
    stage.clear();
  }
}
