package dev.varve.server;

import dev.varve.blob.Blobs;
import dev.varve.blob.BlockProof;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A value in the store and the ways to read it block by block. Immutable; the bodies it gives
 * belong to one thread at a time.
 */
final class StoredValue {
  private final VerifiedBlobs blobs;
  private final String what;
  private final ContentHash hash;
  private final long length;

  StoredValue(VerifiedBlobs blobs, Key key, Entry.Blob entry) {
    this.blobs = blobs;
    this.what = "the value of " + key;
    this.hash = entry.hash();
    this.length = entry.length();
  }

  VerifiedBlobs store() {
    return blobs;
  }

  ContentHash hash() {
    return hash;
  }

  long length() {
    return length;
  }

  /** The role of the value, for messages. */
  String what() {
    return what;
  }

  /** Sees that something of the right length is stored, without reading it. */
  void requireStored() {
    open(0).close();
  }

  /** All bytes, verified; of a value up to {@link dev.varve.blob.Blobs#MAX_WHOLE}. */
  ByteBuffer whole() {
    ByteBuffer bytes = blobs.get(what, hash, (int) length);
    if (bytes.remaining() != length) {
      throw wrongLength(bytes.remaining());
    }
    return bytes;
  }

  /** With as many bytes from the first on as will be read at once. */
  private StoredBlob open(int soon) {
    StoredBlob blob = blobs.openUnverified(what, hash, soon);
    if (blob.length() != length) {
      long found = blob.length();
      blob.close();
      throw wrongLength(found);
    }
    return blob;
  }

  private CorruptDataException wrongLength(long found) {
    return CorruptDataException.malformed(
        what, hash.toString(), "it has " + found + " bytes, its entry says " + length);
  }

  private int blockSize() {
    return BlockProof.blockSize(length);
  }

  private ByteBuffer block(StoredBlob blob, int index) {
    long at = (long) index * blockSize();
    int size = (int) Math.min(blockSize(), length - at);
    ByteBuffer bytes = blob.read(at, size);
    if (bytes.remaining() != size) {
      throw CorruptDataException.malformed(
          what,
          hash.toString(),
          "it ends after " + (at + bytes.remaining()) + " of " + length + " bytes");
    }
    return bytes;
  }

  private int blockCount() {
    return BlockProof.blockCount(length);
  }

  /** Reads and proves all of it, holding one block at a time. */
  BlockProof prove() {
    BlockProof.Maker maker = new BlockProof.Maker(blobs.algorithm(), hash, length);
    try (StoredBlob blob = open(BlockProof.LARGE_BLOCK)) {
      for (int i = 0; i < blockCount(); i++) {
        maker.block(block(blob, i));
      }
    }
    return maker.finish(what);
  }

  /**
   * All bytes of a value that was not proved yet. The last block is given only once the hash of
   * everything was found right.
   *
   * @param proved is told the proof then
   */
  Body proving(Consumer<BlockProof> proved) {
    StoredBlob blob = open(BlockProof.LARGE_BLOCK);
    return new Body() {
      private final BlockProof.Maker maker = new BlockProof.Maker(blobs.algorithm(), hash, length);
      private int index;
      private @Nullable ByteBuffer held;

      @Override
      public long length() {
        return length;
      }

      @Override
      public @Nullable ByteBuffer next() {
        if (held == null && index < blockCount()) {
          held = take();
        }
        ByteBuffer part = held;
        held = null;
        if (part != null && index < blockCount()) {
          held = take();
        } else if (part != null) {
          proved.accept(maker.finish(what));
        }
        return part;
      }

      private ByteBuffer take() {
        ByteBuffer block = block(blob, index++);
        maker.block(block);
        return block;
      }

      @Override
      public void close() {
        blob.close();
      }
    };
  }

  /**
   * Some bytes of a value that was proved; each block is checked again before any of it is given.
   */
  Body range(BlockProof proof, ByteRanges.Span span, PartPool memory, Runnable broken) {
    return new ProvedBody(this, proof, span, memory, broken);
  }

  /**
   * Opens what is read part by part for longer; empty for a value whose parts are found as fast by
   * its hash.
   */
  Optional<StoredBlob> handle() {
    return length <= Blobs.MAX_WHOLE ? Optional.empty() : Optional.of(open(0));
  }

  /** Fills memory with bytes of the value, not verified, from a handle where there is one. */
  void fill(@Nullable StoredBlob handle, long position, ByteBuffer into) {
    int read =
        handle == null
            ? blobs.readerUnverified().read(hash, position, into)
            : handle.read(position, into);
    if (read < 0) {
      throw new MissingBlobException(what, hash.toString());
    }
    if (read < into.remaining()) {
      throw CorruptDataException.malformed(
          what, hash.toString(), "it ends after " + (position + read) + " of " + length + " bytes");
    }
  }
}
