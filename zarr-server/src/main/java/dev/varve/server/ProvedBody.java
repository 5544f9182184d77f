package dev.varve.server;

import dev.varve.blob.Blobs;
import dev.varve.blob.BlockProof;
import dev.varve.blob.StoredBlob;
import dev.varve.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a value that was proved: each block is read and checked again before any of it is given.
 * Bytes are copied once, from storage into memory of the pool, out of which the socket takes them.
 *
 * <p>Of a value up to {@link Blobs#MAX_WHOLE} all that is asked for is read and checked before the
 * first part is given, as far as the pool has memory; so damage is told by a status. Where the pool
 * has none, parts are small, of the heap, and read when it is their turn. One thread at a time.
 */
final class ProvedBody implements Body {
  /** A part where the pool has no memory; its whole block is read and checked all the same. */
  private static final int POOR = 16 << 10;

  /** For blocks of which a part is copied out at once. One to a thread that answers requests. */
  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BlockProof.LARGE_BLOCK));

  /** A part to be sent, and the memory of the pool that it lies in. */
  private record Ready(ByteBuffer bytes, @Nullable ByteBuffer memory) {}

  private final StoredValue value;
  private final BlockProof proof;
  private final ByteRanges.Span span;
  private final PartPool pool;
  private final Runnable broken;
  private final @Nullable StoredBlob handle;
  private final int blockSize;
  private final Deque<Ready> ready = new ArrayDeque<>();
  private final Deque<Ready> given = new ArrayDeque<>();
  private long at;
  private boolean closed;

  /**
   * @param broken is told where a block is not what it was when the value was proved
   */
  ProvedBody(
      StoredValue value, BlockProof proof, ByteRanges.Span span, PartPool pool, Runnable broken) {
    this.value = value;
    this.proof = proof;
    this.span = span;
    this.pool = pool;
    this.broken = broken;
    this.blockSize = BlockProof.blockSize(value.length());
    this.at = span.first();
    this.handle = value.handle().orElse(null);
    if (handle == null) {
      readAhead();
    }
  }

  private void readAhead() {
    boolean whole = false;
    try {
      while (at <= span.last()) {
        Ready part = pooled();
        if (part == null) {
          break;
        }
        ready.add(part);
      }
      whole = true;
    } finally {
      if (!whole) {
        close();
      }
    }
  }

  @Override
  public long length() {
    return span.length();
  }

  @Override
  public @Nullable ByteBuffer next() {
    Ready part = ready.poll();
    if (part == null && at <= span.last()) {
      part = pooled();
      part = part == null ? poor() : part;
    }
    if (part == null) {
      return null;
    }
    if (handle != null && at > span.last()) {
      // Of many ranges, those that were read keep nothing open until the last is sent.
      handle.close();
    }
    given.add(part);
    return part.bytes();
  }

  /** As many whole blocks as fit into memory of the pool; null where it has none. */
  private @Nullable Ready pooled() {
    long start = at - at % blockSize;
    long end = Math.min(value.length(), span.last() - span.last() % blockSize + blockSize);
    ByteBuffer memory = pool.take((int) Math.min(PART, end - start));
    if (memory == null) {
      return null;
    }
    boolean right = false;
    try {
      int size = (int) Math.min(memory.capacity() / blockSize * (long) blockSize, end - start);
      if (size <= 0) {
        size = (int) (end - start);
      }
      ByteBuffer bytes = memory.limit(size);
      read(start, bytes);
      Ready part = new Ready(wanted(bytes, start), memory);
      right = true;
      return part;
    } finally {
      if (!right) {
        pool.give(memory);
      }
    }
  }

  private Ready poor() {
    long start = at - at % blockSize;
    ByteBuffer block =
        SCRATCH.get().clear().limit((int) Math.min(blockSize, value.length() - start));
    read(start, block);
    ByteBuffer all = wanted(block, start);
    int size = Math.min(POOR, all.remaining());
    at -= all.remaining() - size;
    ByteBuffer copy = ByteBuffer.allocate(size).put(all.limit(all.position() + size)).flip();
    return new Ready(copy, null);
  }

  private void read(long start, ByteBuffer blocks) {
    value.fill(handle, start, blocks);
    try {
      for (int from = 0; from < blocks.limit(); from += blockSize) {
        int size = Math.min(blockSize, blocks.limit() - from);
        proof.check(value.what(), (int) ((start + from) / blockSize), blocks.slice(from, size));
      }
    } catch (CorruptDataException damaged) {
      broken.run();
      throw damaged;
    }
  }

  /** What of whole blocks was asked for; {@link #at} then stands behind it. */
  private ByteBuffer wanted(ByteBuffer blocks, long start) {
    int from = (int) (at - start);
    int to = (int) Math.min(blocks.limit(), span.last() + 1 - start);
    at = start + to;
    return blocks.slice(from, to - from);
  }

  @Override
  public void sent() {
    ByteBuffer memory = given.remove().memory();
    if (memory != null) {
      pool.give(memory);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (handle != null) {
      handle.close();
    }
    for (Ready part : ready) {
      if (part.memory() != null) {
        pool.give(part.memory());
      }
    }
    // Whoever was sending them may not have stopped.
    for (Ready part : given) {
      if (part.memory() != null) {
        pool.drop(part.memory());
      }
    }
  }
}
