package dev.varve.zarr;

import dev.varve.format.ByteReader;
import dev.varve.format.MalformedBytesException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link FileMemoryWriter} wrote, block by block, and ends before the first one that is
 * damaged.
 */
final class FileMemoryReader implements AutoCloseable {
  /** A block, and the longest entry that can have been begun before it was full. */
  private static final int MAX_BLOCK = FileMemoryWriter.BLOCK + Key.MAX_BYTES + 128;

  private final InputStream in;
  private final byte[] header;
  private ByteReader block = new ByteReader(ByteBuffer.allocate(0));
  private long blocks;
  private @Nullable Remembered next;
  private byte[] before = {};

  private record Remembered(byte[] key, FileStamp stamp, ContentHash hash) {}

  private FileMemoryReader(InputStream in, byte[] header) {
    this.in = in;
    this.header = header;
  }

  /**
   * Opens a memory of a subject, or null where there is none that can be used at this moment: one
   * that was written later shows that the clock went back, and then times tell nothing.
   */
  static @Nullable FileMemoryReader open(Path file, ContentHash subject, long moment) {
    try {
      InputStream in = new BufferedInputStream(Files.newInputStream(file), FileMemoryWriter.BLOCK);
      FileMemoryReader reader = begin(in, subject, moment);
      if (reader == null) {
        in.close();
      }
      return reader;
    } catch (IOException absent) {
      return null;
    }
  }

  private static @Nullable FileMemoryReader begin(InputStream in, ContentHash subject, long moment)
      throws IOException {
    byte[] magic = in.readNBytes(FileMemoryWriter.MAGIC.length);
    byte[] header = in.readNBytes(ContentHash.BYTES + Long.BYTES);
    if (!Arrays.equals(magic, FileMemoryWriter.MAGIC)
        || header.length < ContentHash.BYTES + Long.BYTES) {
      return null;
    }
    ByteReader fields = new ByteReader(ByteBuffer.wrap(header));
    if (!fields.hash().equals(subject) || fields.i64() > moment) {
      return null;
    }
    FileMemoryReader reader = new FileMemoryReader(in, header);
    reader.step();
    return reader;
  }

  /** The hash remembered for a key, if with this stamp. Keys are asked for in order. */
  Optional<ContentHash> find(byte[] key, FileStamp stamp) {
    while (next != null && Arrays.compareUnsigned(next.key, key) < 0) {
      step();
    }
    return next != null && Arrays.equals(next.key, key) && next.stamp.equals(stamp)
        ? Optional.of(next.hash)
        : Optional.empty();
  }

  /** Adds what is remembered of keys before this one. */
  void copyBefore(byte[] key, FileMemoryWriter writer) throws IOException {
    for (Remembered at = next; at != null && Arrays.compareUnsigned(at.key, key) < 0; at = next) {
      writer.add(at.key, at.stamp, at.hash);
      step();
    }
  }

  private void step() {
    byte[] last = next == null ? new byte[0] : next.key;
    try {
      next = read();
    } catch (IOException | MalformedBytesException end) {
      next = null;
    }
    if (next != null && Arrays.compareUnsigned(next.key, last) <= 0) {
      next = null;
    }
  }

  private Remembered read() throws IOException {
    if (block.remaining() == 0) {
      block = new ByteReader(ByteBuffer.wrap(nextBlock()));
      before = new byte[0];
    }
    int shared = block.boundedVarint(before.length, "the part of a key that is the last one's");
    int more = block.boundedVarint(Key.MAX_BYTES - shared, "the rest of a key");
    byte[] key = Arrays.copyOf(before, shared + more);
    System.arraycopy(block.raw(more), 0, key, shared, more);
    long size = block.varint();
    long modified = block.i64();
    long changed = block.i64();
    FileStamp stamp = new FileStamp(size, modified, changed, block.varint(), block.varint());
    before = key;
    return new Remembered(key, stamp, block.hash());
  }

  private byte[] nextBlock() throws IOException {
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length < Integer.BYTES) {
      throw new EOFException("there are no more blocks");
    }
    long bytes = new ByteReader(ByteBuffer.wrap(length)).u32();
    if (bytes == 0 || bytes > MAX_BLOCK) {
      throw new MalformedBytesException("a block of " + bytes + " bytes");
    }
    byte[] entries = in.readNBytes((int) bytes);
    byte[] digest = in.readNBytes(ContentHash.BYTES);
    if (!Arrays.equals(digest, FileMemoryWriter.digest(header, blocks, entries).toBytes())) {
      throw new MalformedBytesException("a damaged block");
    }
    blocks++;
    return entries;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException readAlready) {
      // What was read is what there is.
    }
  }
}
