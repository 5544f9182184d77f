package dev.varve.tree;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;

/**
 * What a leaf holds for a key. Immutable. Two entries are equal where they stand for the same value
 * stored the same way.
 *
 * <p>A value of no bytes is always {@link Empty}; so one value has one entry. Version 1 writes and
 * reads {@link Inline}, {@link Blob} and {@link Empty}; the kinds SEGMENTS (a value cut into parts)
 * and EXTERNAL (bytes elsewhere) have their numbers reserved and are refused by name.
 */
public sealed interface Entry extends Slot {
  /** Length of the value, in bytes. */
  long length();

  /** The number that names the kind in stored bytes. */
  int code();

  /** The value's bytes stand in the node itself; metadata documents only. */
  record Inline(ByteBuffer bytes) implements Entry {
    /** The most bytes a document may have to stand in a node. */
    public static final int MAX_BYTES = 1 << 16;

    /** Takes a read-only view; the bytes must not change. */
    public Inline {
      if (!bytes.hasRemaining() || bytes.remaining() > MAX_BYTES) {
        throw new IllegalArgumentException(
            "not 1 to " + MAX_BYTES + " bytes: " + bytes.remaining());
      }
      bytes = bytes.slice().asReadOnlyBuffer();
    }

    /** A fresh view of the bytes. */
    @Override
    public ByteBuffer bytes() {
      return bytes.duplicate();
    }

    @Override
    public long length() {
      return bytes.remaining();
    }

    @Override
    public int code() {
      return CODE_INLINE;
    }
  }

  /** The value is the blob named by a hash. */
  record Blob(ContentHash hash, long length) implements Entry {
    /** The length is of the blob, more than nothing. */
    public Blob {
      if (length < 1) {
        throw new IllegalArgumentException("a blob entry has at least one byte, not " + length);
      }
    }

    @Override
    public int code() {
      return CODE_BLOB;
    }
  }

  /** The value has no bytes, and was written so on purpose. */
  record Empty() implements Entry {
    @Override
    public long length() {
      return 0;
    }

    @Override
    public int code() {
      return CODE_EMPTY;
    }
  }

  /** Code of {@link Inline}. */
  int CODE_INLINE = 1;

  /** Code of {@link Blob}. */
  int CODE_BLOB = 2;

  /** Reserved: a value cut into parts, each a blob. */
  int CODE_SEGMENTS = 3;

  /** Reserved: a value that lies elsewhere. */
  int CODE_EXTERNAL = 4;

  /** Code of {@link Empty}. */
  int CODE_EMPTY = 5;

  /** The one instance needed. */
  Entry EMPTY = new Empty();
}
