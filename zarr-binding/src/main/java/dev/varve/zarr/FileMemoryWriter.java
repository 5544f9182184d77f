package dev.varve.zarr;

import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes what is remembered of files, in order of key.
 *
 * <pre>{@code
 * file    MAGIC subject:32 moment:8 block*
 * block   length:4 entry* digest:32
 * entry   varints: bytes of the key that are those of the key before in the block, bytes that
 *         follow; these; size:varint modified:8 changed:8 inode:varint device:varint hash:32
 * }</pre>
 *
 * A digest is the SHA-256 of subject, moment, the block's number and its entries, so a block cannot
 * be taken for another one. Each entry is true alone: a file without its end has but less to tell.
 */
final class FileMemoryWriter implements AutoCloseable {
  static final byte[] MAGIC = "varve file hashes 1\n".getBytes(StandardCharsets.US_ASCII);

  /** Entries of a block; one more may be begun before it is full. */
  static final int BLOCK = 64 << 10;

  /** Some 300 MiB; the files beyond are read at each import. */
  private static final int MAX_ENTRIES = 4_000_000;

  private final OutputStream out;
  private final byte[] header;
  private ByteWriter block = new ByteWriter(BLOCK);
  private byte[] before = {};
  private long blocks;
  private int entries;

  FileMemoryWriter(Path file, ContentHash subject, long moment) throws IOException {
    header = header(subject, moment);
    out = new BufferedOutputStream(Files.newOutputStream(file), BLOCK);
    out.write(MAGIC);
    out.write(header);
  }

  static byte[] header(ContentHash subject, long moment) {
    return new ByteWriter().hash(subject).i64(moment).toBytes();
  }

  static ContentHash digest(byte[] header, long number, byte[] block) {
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    hasher.update(header, 0, header.length);
    hasher.update(new ByteWriter().i64(number).toBytes(), 0, Long.BYTES);
    hasher.update(block, 0, block.length);
    return hasher.finish();
  }

  void add(byte[] key, FileStamp stamp, ContentHash hash) throws IOException {
    if (entries == MAX_ENTRIES) {
      return;
    }
    int mismatch = Arrays.mismatch(before, key);
    int shared = mismatch < 0 ? key.length : mismatch;
    block.varint(shared).varint(key.length - shared).raw(key, shared, key.length - shared);
    block.varint(stamp.size()).i64(stamp.modified()).i64(stamp.changed());
    block.varint(stamp.inode()).varint(stamp.device()).hash(hash);
    before = key;
    entries++;
    if (block.length() >= BLOCK) {
      endBlock();
    }
  }

  private void endBlock() throws IOException {
    byte[] bytes = block.toBytes();
    out.write(new ByteWriter().u32(bytes.length).toBytes());
    out.write(bytes);
    out.write(digest(header, blocks, bytes).toBytes());
    blocks++;
    block = new ByteWriter(BLOCK);
    before = new byte[0];
  }

  /** Writes the last block. */
  void finish() throws IOException {
    if (block.length() > 0) {
      endBlock();
    }
    close();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
