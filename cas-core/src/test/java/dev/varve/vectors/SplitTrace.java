package dev.varve.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.XxHash64;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/**
 * The split rule once more, step by step and in the words of docs/format.md, for those who look for
 * the step where their own differs. The nodes of a vector come from the code itself.
 */
final class SplitTrace {
  private static final String TABLE = "/dev/varve/tree/split-table-1.bin";

  private SplitTrace() {}

  /** The table that the code uses. */
  static long[] table() {
    try (InputStream in = SplitTrace.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException(TABLE + " is not on the class path");
      }
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
      long[] table = new long[bytes.remaining() / Integer.BYTES];
      for (int i = 0; i < table.length; i++) {
        table[i] = Integer.toUnsignedLong(bytes.getInt());
      }
      return table;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static ArrayNode of(SortedMap<Key, Entry> leaf) {
    long[] table = table();
    ArrayNode trace = VectorFile.object().putArray("trace");
    byte[] previous = new byte[0];
    int before = 0;
    for (Map.Entry<Key, Entry> each : leaf.entrySet()) {
      byte[] key = each.getKey().toUtf8();
      int common = Arrays.mismatch(previous, key);
      int inline = each.getValue() instanceof Entry.Inline document ? (int) document.length() : 0;
      int after = before + 38 + key.length - Math.max(0, common) + inline;
      ObjectNode step = trace.addObject().put("before", before).put("after", after);
      boolean ends = after >= 65536;
      if (after >= 2048 && after < 65536) {
        long h = XxHash64.hash(key, 0, key.length, 0) >>> 32;
        long left = survival(table, before);
        long right = survival(table, after);
        step.put("h", h).put("sBefore", left).put("sAfter", right);
        ends = Long.compareUnsigned(left * ((1L << 32) - h), right << 32) > 0;
      }
      step.put("ends", ends);
      before = ends ? 0 : after;
      previous = key;
    }
    return trace;
  }

  private static long survival(long[] table, int bytes) {
    int i = bytes / 16;
    return table[i] - (table[i] - table[i + 1]) * (bytes % 16) / 16;
  }
}
