package dev.varve.format;

import dev.varve.error.UnsupportedFormatException;

/**
 * The first five bytes of every structured object: a 4-byte magic that tells the kind, and a format
 * version. Values (chunks, documents) have none.
 */
public enum FormatHeader {
  /** One page of a tree. */
  NODE("VRVN"),
  /** A commit. */
  COMMIT("VRVC"),
  /** The pair of tree roots whose hash users compare. Hashed, never stored. */
  MANIFEST("VRVM"),
  /** One numbered state of a ref. */
  REF_RECORD("VRVR"),
  /** The repository's configuration. */
  CONFIG("VRVF");

  /** The only version written, and the highest read. */
  public static final int VERSION = 1;

  /** Length of the header, in bytes. */
  public static final int BYTES = 5;

  private final long magic;
  private final String text;

  FormatHeader(String text) {
    this.text = text;
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | text.charAt(i);
    }
    magic = value;
  }

  /** Writes magic and version. */
  public void write(ByteWriter out) {
    out.u32(magic).u8(VERSION);
  }

  /**
   * Reads and checks magic and version.
   *
   * @throws MalformedBytesException where the magic is another's
   * @throws UnsupportedFormatException where the version is not readable
   */
  public void read(ByteReader in) {
    long found = in.u32();
    if (found != magic) {
      throw new MalformedBytesException(
          "it begins with "
              + Long.toHexString(found)
              + ", not with the magic "
              + text
              + " of a "
              + label());
    }
    int version = in.u8();
    if (version < 1 || version > VERSION) {
      throw UnsupportedFormatException.version("a " + label(), version, 1, VERSION);
    }
  }

  /** The kind, in words. */
  public String label() {
    return switch (this) {
      case NODE -> "node";
      case COMMIT -> "commit";
      case MANIFEST -> "manifest";
      case REF_RECORD -> "ref record";
      case CONFIG -> "configuration";
    };
  }
}
