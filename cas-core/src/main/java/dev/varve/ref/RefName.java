package dev.varve.ref;

import dev.varve.error.InvalidNameException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The full name of a ref: its kind and a path such as {@code main} or {@code ingest/2026}. Ordered
 * by kind, then by unsigned UTF-8 bytes. Immutable.
 *
 * <p>A name has 1 to 255 bytes of UTF-8 in segments parted by '/'; no segment is empty, '.' or
 * '..', begins with '-' or ends with '.'; there is no control character, no space, and none of
 * {@code ~ ^ : ? * [ \ @ { }} (they have meanings in revisions).
 */
public record RefName(Kind kind, String name) implements Comparable<RefName> {
  /** Longest name, in bytes of UTF-8. */
  public static final int MAX_BYTES = 255;

  private static final String RESERVED = "~^:?*[\\@{}";

  /** What a ref is for. */
  public enum Kind {
    /** A branch: moves with every commit. */
    HEADS("heads"),
    /** A tag: set once. */
    TAGS("tags"),
    /** A reader's hold on a snapshot. */
    PINS("pins");

    private final String folder;

    Kind(String folder) {
      this.folder = folder;
    }

    /** The first segment of the full name. */
    public String folder() {
      return folder;
    }
  }

  /** Checks the rules above. */
  public RefName {
    check(name);
  }

  /** A branch. */
  public static RefName branch(String name) {
    return new RefName(Kind.HEADS, name);
  }

  /** A tag. */
  public static RefName tag(String name) {
    return new RefName(Kind.TAGS, name);
  }

  /** A pin. */
  public static RefName pin(String name) {
    return new RefName(Kind.PINS, name);
  }

  /** Whether a name is one of a ref; a revision need not be. */
  public static boolean isValid(String name) {
    try {
      check(name);
      return true;
    } catch (InvalidNameException not) {
      return false;
    }
  }

  /** Parses {@link #full()}. */
  public static RefName parseFull(String full) {
    int slash = full.indexOf('/');
    for (Kind kind : Kind.values()) {
      if (slash > 0 && full.substring(0, slash).equals(kind.folder)) {
        return new RefName(kind, full.substring(slash + 1));
      }
    }
    throw new InvalidNameException("ref name", full, "it must begin with heads/, tags/ or pins/");
  }

  /** Kind and name, as in {@code heads/main}. */
  public String full() {
    return kind.folder + "/" + name;
  }

  @Override
  public int compareTo(RefName other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0
        ? byKind
        : Arrays.compareUnsigned(
            name.getBytes(StandardCharsets.UTF_8), other.name.getBytes(StandardCharsets.UTF_8));
  }

  /** Spelled out, as that of {@link dev.varve.hash.ContentHash}, so that nothing need be linked. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RefName that && kind == that.kind && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + kind.folder.hashCode();
  }

  /** {@link #full()}. */
  @Override
  public String toString() {
    return full();
  }

  private static void check(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length == 0 || utf8.length > MAX_BYTES) {
      throw invalid(name, "it must have 1 to " + MAX_BYTES + " bytes, not " + utf8.length);
    }
    // As many bytes as characters are ASCII.
    if (utf8.length != name.length() && !new String(utf8, StandardCharsets.UTF_8).equals(name)) {
      throw invalid(name, "it holds half of a surrogate pair");
    }
    // Names are made anew for each request that names a ref: nothing is allocated here.
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '/') {
        checkSegment(name, start, i);
        start = i + 1;
      } else {
        checkCharacter(name, name.charAt(i));
      }
    }
  }

  private static void checkSegment(String name, int from, int to) {
    if (from == to) {
      throw invalid(name, "a segment between '/' is empty");
    }
    if (name.charAt(from) == '-' || name.charAt(to - 1) == '.') {
      throw invalid(name, "a segment begins with '-' or ends with '.'");
    }
  }

  private static void checkCharacter(String name, char c) {
    boolean control = c <= ' ' || c == 0x7F;
    if (control || c < 128 && RESERVED.indexOf(c) >= 0) {
      throw invalid(
          name,
          "it holds the character " + (control ? "U+" + Integer.toHexString(c) : "'" + c + "'"));
    }
  }

  private static InvalidNameException invalid(String name, String rule) {
    return new InvalidNameException("ref name", name, rule);
  }
}
