package dev.varve.tree;

import dev.varve.error.InvalidNameException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Zarr key, such as {@code air/c/0/0}: UTF-8, ordered by unsigned bytes, 1 to 1024 bytes, without
 * a leading '/', an empty segment, or a segment '.' or '..', or a NUL. Immutable.
 */
public final class Key implements Comparable<Key> {
  /** Longest key, in bytes of UTF-8. */
  public static final int MAX_BYTES = 1024;

  private final byte[] utf8;

  /** Computed when first asked for, 0 until then: most keys never are. Threads find the same. */
  private int hash;

  private Key(byte[] utf8) {
    this.utf8 = utf8;
  }

  /**
   * The key with a text.
   *
   * @throws InvalidNameException where the text breaks a rule above
   */
  public static Key of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    // Half of a surrogate pair becomes '?', so the text is what must be ASCII, not its bytes.
    if (!isAscii(text) && !new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new InvalidNameException("key", text, "it holds half of a surrogate pair");
    }
    String broken = brokenRule(utf8, utf8.length, 0);
    if (broken != null) {
      throw new InvalidNameException(
          "key", text.length() > 200 ? text.substring(0, 200) + "..." : text, broken);
    }
    return new Key(utf8);
  }

  /**
   * The key with these bytes, which are copied.
   *
   * @throws InvalidNameException where they break a rule above or are no UTF-8
   */
  public static Key ofUtf8(byte[] bytes) {
    check(bytes, bytes.length);
    return new Key(bytes.clone());
  }

  /** Refuses the first {@code length} bytes where {@link #ofUtf8} would refuse them. */
  static void check(byte[] bytes, int length) {
    check(bytes, length, 0, true);
  }

  /**
   * As {@link #check(byte[], int)}, of bytes that begin as those of a key do that was checked.
   *
   * @param known how many bytes are the same
   * @param ascii whether these are ASCII
   * @return whether all are
   */
  static boolean check(byte[] bytes, int length, int known, boolean ascii) {
    boolean all = isAscii(bytes, ascii ? known : 0, length);
    if (!all) {
      try {
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes, 0, length));
      } catch (CharacterCodingException bad) {
        throw new InvalidNameException("key", text(bytes, length), "it is not UTF-8");
      }
    }
    String broken = brokenRule(bytes, length, known);
    if (broken != null) {
      throw new InvalidNameException("key", text(bytes, length), broken);
    }
    return all;
  }

  private static String text(byte[] bytes, int length) {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static boolean isAscii(String text) {
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      all |= text.charAt(i);
    }
    return all < 0x80;
  }

  private static boolean isAscii(byte[] bytes, int from, int end) {
    int all = 0;
    for (int i = from; i < end; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }

  /** Takes bytes that a verified node holds; ownership passes. */
  static Key ofVerified(byte[] bytes) {
    return new Key(bytes);
  }

  private static @Nullable String brokenRule(byte[] utf8, int end, int known) {
    if (end == 0 || end > MAX_BYTES) {
      return "it must have 1 to " + MAX_BYTES + " bytes of UTF-8, not " + end;
    }
    // A segment that ends within what is known is right; the one that goes on beyond may not be.
    int start = known;
    while (start > 0 && utf8[start - 1] != '/') {
      start--;
    }
    for (int i = start; i <= end; i++) {
      if (i < end && utf8[i] == 0) {
        return "it holds a NUL";
      }
      if (i == end || utf8[i] == '/') {
        int length = i - start;
        if (length == 0) {
          return utf8[0] == '/' ? "it must not begin with '/'" : "a segment between '/' is empty";
        }
        if (utf8[start] == '.' && (length == 1 || length == 2 && utf8[start + 1] == '.')) {
          return "a segment is '.' or '..'";
        }
        start = i + 1;
      }
    }
    return null;
  }

  /** Number of bytes of UTF-8. */
  public int length() {
    return utf8.length;
  }

  /** A copy of the bytes. */
  public byte[] toUtf8() {
    return utf8.clone();
  }

  /** The bytes themselves, which nobody may change. */
  byte[] raw() {
    return utf8;
  }

  /** Whether the last segment is this one, which holds no '/'. */
  public boolean isNamed(byte[] segment) {
    int from = utf8.length - segment.length;
    return from >= 0
        && (from == 0 || utf8[from - 1] == '/')
        && Arrays.equals(utf8, from, utf8.length, segment, 0, segment.length);
  }

  /** The last segment. */
  public String name() {
    String text = toString();
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /** Whether the key's bytes begin with these. */
  public boolean startsWith(byte[] prefix) {
    return utf8.length >= prefix.length
        && Arrays.equals(utf8, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** How many leading bytes both share. */
  int sharedWith(Key other) {
    int end = Math.min(utf8.length, other.utf8.length);
    int mismatch = Arrays.mismatch(utf8, 0, end, other.utf8, 0, end);
    return mismatch < 0 ? end : mismatch;
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(utf8, other.utf8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(utf8, key.utf8);
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = Arrays.hashCode(utf8);
      hash = known;
    }
    return known;
  }

  /** The text. */
  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
