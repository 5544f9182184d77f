package dev.varve.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Where some bytes stand in a repository's files. To damage a store on purpose, and mend it. */
record StoredBytes(Path file, long position) {
  private static final int WINDOW = 1 << 20;

  /**
   * Finds bytes (at least 64 of them, so that they stand nowhere by chance) in one of the files.
   */
  static StoredBytes find(Path repository, byte[] bytes) throws IOException {
    byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, 512));
    List<Path> files;
    try (Stream<Path> all = Files.walk(repository)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      long at = search(file, start);
      if (at >= 0) {
        return new StoredBytes(file, at);
      }
    }
    throw new IOException("the bytes stand in no file of " + repository);
  }

  private static long search(Path file, byte[] wanted) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] window = new byte[WINDOW + wanted.length];
      for (long from = 0; from < channel.size(); from += WINDOW) {
        ByteBuffer part = ByteBuffer.wrap(window);
        int count = 0;
        for (int n = channel.read(part, from); n > 0; n = channel.read(part, from + count)) {
          count += n;
        }
        for (int i = 0; i + wanted.length <= count; i++) {
          if (window[i] == wanted[0]
              && Arrays.equals(window, i, i + wanted.length, wanted, 0, wanted.length)) {
            return from + i;
          }
        }
      }
      return -1;
    }
  }

  /** Flips one bit of the byte at an offset; a second time puts it right. */
  void flip(int offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position + offset);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, position + offset);
    }
  }
}
