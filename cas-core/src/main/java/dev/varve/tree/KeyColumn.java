package dev.varve.tree;

import dev.varve.format.MalformedBytesException;

/**
 * Reads the key column of a node that is not checked yet, without an object a key, and refuses what
 * {@link dev.varve.format.ByteReader} refuses. One thread.
 */
final class KeyColumn {
  private final byte[] bytes;
  private final int from;
  private final int end;
  private int at;

  KeyColumn(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.from = from;
    this.end = end;
    this.at = from;
  }

  /** Where the next read begins, in bytes from the node's start. */
  int position() {
    return at;
  }

  /** A varint in its shortest form that is at most {@code max}, which is below 2^14. */
  int varint(int max, String what) {
    int first = next();
    if (first < 0x80) {
      return bounded(first, max, what);
    }
    int second = next();
    if (second >= 0x80) {
      throw new MalformedBytesException(
          what + " has more than two bytes, at most " + max + " is allowed");
    }
    if (second == 0) {
      throw new MalformedBytesException(
          "a varint is longer than needed, before byte " + (at - from) + " of the keys");
    }
    return bounded(first & 0x7F | second << 7, max, what);
  }

  private static int bounded(int value, int max, String what) {
    if (value > max) {
      throw new MalformedBytesException(what + " is " + value + ", at most " + max + " is allowed");
    }
    return value;
  }

  private int next() {
    if (at == end) {
      throw new MalformedBytesException("the keys end within a length");
    }
    return bytes[at++] & 0xFF;
  }

  /** Passes the next {@code count} bytes, which are there; says where they begin. */
  int pass(int count) {
    if (end - at < count) {
      throw new MalformedBytesException(
          "a key of " + count + " bytes more is needed, " + (end - at) + " are left of the keys");
    }
    int begin = at;
    at += count;
    return begin;
  }

  /** Refuses bytes after the last key. */
  void end() {
    if (at < end) {
      throw new MalformedBytesException((end - at) + " bytes follow the last key");
    }
  }
}
