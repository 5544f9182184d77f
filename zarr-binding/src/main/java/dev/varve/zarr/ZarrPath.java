package dev.varve.zarr;

import dev.varve.error.InvalidNameException;
import dev.varve.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The path of a node as users write it: {@code /} for the root, {@code /air}, {@code /a/b}. Ordered
 * so that a node comes before what is below it, and siblings come as their keys do. Immutable.
 */
public final class ZarrPath implements Comparable<ZarrPath> {
  /** The root of a hierarchy. */
  public static final ZarrPath ROOT = new ZarrPath("");

  /** Empty, or segments that each end in '/'. */
  private final String directory;

  private ZarrPath(String directory) {
    this.directory = directory;
  }

  /**
   * Parses a path. The leading '/' may be missing and a trailing one may be there; segments follow
   * the rules of {@link Key}.
   *
   * @throws InvalidNameException where a segment is empty, {@code .} or {@code ..}, or the path is
   *     empty or longer than a key
   */
  public static ZarrPath of(String text) {
    if (text.isEmpty()) {
      throw new InvalidNameException("path", text, "write '/' for the root");
    }
    String bare = text.startsWith("/") ? text.substring(1) : text;
    return bare.isEmpty() ? ROOT : ofDirectory(text, bare.endsWith("/") ? bare : bare + "/");
  }

  /**
   * The path of a directory of keys: "" is the root, and any other may end in '/'.
   *
   * @throws InvalidNameException as {@link #of} does
   */
  public static ZarrPath ofDirectory(String directory) {
    return directory.isEmpty()
        ? ROOT
        : ofDirectory(directory, directory.endsWith("/") ? directory : directory + "/");
  }

  private static ZarrPath ofDirectory(String given, String directory) {
    try {
      Key.of(directory.substring(0, directory.length() - 1));
    } catch (InvalidNameException broken) {
      throw new InvalidNameException(
          "path", given, "'/' or segments are expected, as in /a/b; " + broken.getMessage());
    }
    return new ZarrPath(directory);
  }

  /** The directory that holds a key. */
  public static ZarrPath parentOf(Key key) {
    String text = key.toString();
    return new ZarrPath(text.substring(0, text.lastIndexOf('/') + 1));
  }

  /** What every key at or below this path begins with: "" for the root, else ending in '/'. */
  public String directory() {
    return directory;
  }

  /** {@link #directory()} in UTF-8. */
  public byte[] prefix() {
    return directory.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether this is {@code /}. */
  public boolean isRoot() {
    return directory.isEmpty();
  }

  /**
   * The key of something directly or further below.
   *
   * @throws InvalidNameException where the whole is no valid key, as when it is too long
   */
  public Key key(String relative) {
    return Key.of(directory + relative);
  }

  /** The node one segment below. */
  public ZarrPath child(String segment) {
    return ofDirectory(segment, directory + segment + "/");
  }

  /** The node above, or empty for the root. */
  public Optional<ZarrPath> parent() {
    return isRoot()
        ? Optional.empty()
        : Optional.of(
            new ZarrPath(
                directory.substring(0, directory.lastIndexOf('/', directory.length() - 2) + 1)));
  }

  /** The last segment; "" for the root. */
  public String name() {
    return isRoot()
        ? ""
        : directory.substring(
            directory.lastIndexOf('/', directory.length() - 2) + 1, directory.length() - 1);
  }

  /** Whether a key lies at or below this path. */
  public boolean contains(Key key) {
    return key.startsWith(prefix());
  }

  /** Whether another path is this one or lies below it. */
  public boolean contains(ZarrPath other) {
    return other.directory.startsWith(directory);
  }

  /** A key's text without the directory, where the key lies below this path. */
  public Optional<String> relative(Key key) {
    String text = key.toString();
    return text.startsWith(directory)
        ? Optional.of(text.substring(directory.length()))
        : Optional.empty();
  }

  @Override
  public int compareTo(ZarrPath other) {
    return Arrays.compareUnsigned(prefix(), other.prefix());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ZarrPath path && directory.equals(path.directory);
  }

  @Override
  public int hashCode() {
    return directory.hashCode();
  }

  /** The path with its leading '/'. */
  @Override
  public String toString() {
    return isRoot() ? "/" : "/" + directory.substring(0, directory.length() - 1);
  }
}
