package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BiPredicate;

/**
 * Finds the values in a pack by its records alone. One thread. Holds one value, and one window of 1
 * MiB.
 *
 * <p>Between records lie what crashes left, damage, and zeros, so after anything that proves
 * nothing the search goes on at the next multiple of {@link PackRecord#HEADER}. A value may hold
 * what looks like records, being a copy of a pack, say; what of that is proved is true as well.
 */
final class PackScan {
  private static final int WINDOW = 1 << 20;

  private PackScan() {}

  /** Takes a proved value's place. */
  interface Each {
    void place(ContentHash hash, PackPlace place);
  }

  /** Hands on every value in a pack that {@code proved} says is the right one for its hash. */
  static void scan(Path path, int pack, BiPredicate<ContentHash, ByteBuffer> proved, Each each)
      throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long length = file.length();
      ByteBuffer window = ByteBuffer.allocate(0);
      long from = 0;
      long at = 0;
      while (at + PackRecord.HEADER < length) {
        if (at < from || at + PackRecord.HEADER > from + window.limit()) {
          window = read(file, at, (int) Math.min(WINDOW, length - at));
          from = at;
        }
        PackRecord record = PackRecord.at(window, (int) (at - from)).orElse(null);
        long value = at + PackRecord.HEADER;
        at = value;
        if (record != null
            && value + record.length() <= length
            && proved.test(record.hash(), read(file, value, record.length()))) {
          each.place(record.hash(), new PackPlace(pack, value, record.length()));
          at = PackRecord.next(value + record.length());
        }
      }
    }
  }

  private static ByteBuffer read(RandomAccessFile file, long at, int count) throws IOException {
    byte[] bytes = new byte[count];
    file.seek(at);
    file.readFully(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
