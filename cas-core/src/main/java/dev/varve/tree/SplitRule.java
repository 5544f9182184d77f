package dev.varve.tree;

import dev.varve.hash.XxHash64;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decides after which entries a node ends: chunker 1 of the format. Thread-safe.
 *
 * <p>A node's size is meant to be Weibull-distributed (shape 4, mean 16 KiB): the chance to end
 * after an entry rises with the bytes since the last end, so sizes stay close together and an
 * insertion rarely moves more than one end. The chance is drawn from the hash of the entry's key
 * alone, so ends stay where they are when values change, and depend on nothing but the sorted map.
 *
 * <p>With {@code a} and {@code b} the bytes since the last end before and after an entry, {@code h}
 * the top 32 bits of XXH64(key, seed = level) and S the survival function as a table of 32-bit
 * integers every 16 bytes with linear interpolation between them (a table without it shifts every
 * later draw when a size changes by a few bytes), the node ends iff
 *
 * <pre>b &gt;= 2048 and (b &gt;= 65536 or S(a) * (2^32 - h) &gt; S(b) * 2^32)</pre>
 *
 * in unsigned 64-bit arithmetic. Idea: key-only ends after Dolt's prolly trees.
 */
final class SplitRule {
  /** The number that names this rule in nodes and in the configuration. */
  static final int ID = 1;

  /** No node but the last of its level has fewer bytes, counted as {@link #leafSize} counts. */
  static final int MIN_BYTES = 2048;

  /** A node ends with the entry that reaches this. Survival is 0 long before, from 39,536 bytes. */
  static final int MAX_BYTES = 65536;

  private static final int LEAF_OVERHEAD = 38;
  private static final int CHILD_OVERHEAD = 44;
  private static final int STEP = 16;
  private static final int[] SURVIVAL = load();

  private SplitRule() {}

  /** What a leaf entry counts: the key without what it shares with the key before it in the map. */
  static int leafSize(@Nullable Key previous, Key key, Entry entry) {
    int inline = entry instanceof Entry.Inline doc ? (int) doc.length() : 0;
    return LEAF_OVERHEAD + suffix(previous, key) + inline;
  }

  /** What an interior entry counts, likewise on its own level. */
  static int childSize(@Nullable Key previous, Key key) {
    return CHILD_OVERHEAD + suffix(previous, key);
  }

  private static int suffix(@Nullable Key previous, Key key) {
    return previous == null ? key.length() : key.length() - key.sharedWith(previous);
  }

  /** Whether the node ends after the entry with {@code key}. */
  static boolean endsAfter(int level, Key key, int before, int after) {
    if (after < MIN_BYTES) {
      return false;
    }
    if (after >= MAX_BYTES) {
      return true;
    }
    long h = XxHash64.hash(key.raw(), 0, key.length(), level) >>> 32;
    return Long.compareUnsigned(survival(before) * ((1L << 32) - h), survival(after) << 32) > 0;
  }

  /** S(x) for 0 &lt;= x &lt;= 65535, below 2^32. */
  static long survival(int bytes) {
    int i = bytes / STEP;
    long left = SURVIVAL[i] & 0xFFFFFFFFL;
    long right = SURVIVAL[i + 1] & 0xFFFFFFFFL;
    return left - ((left - right) * (bytes % STEP) >>> 4);
  }

  private static int[] load() {
    try (InputStream in = SplitRule.class.getResourceAsStream("split-table-1.bin")) {
      if (in == null) {
        throw new IllegalStateException("the split table is not on the class path");
      }
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
      int[] table = new int[MAX_BYTES / STEP + 1];
      for (int i = 0; i < table.length; i++) {
        table[i] = bytes.getInt();
      }
      return table;
    } catch (IOException failed) {
      throw new IllegalStateException("the split table cannot be read", failed);
    }
  }
}
