package dev.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.Comparator;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.lmdbjava.BufferProxy;

/**
 * Hands LMDB's memory to lmdbjava as an address and a length. Thread-safe.
 *
 * <p>Of lmdbjava's own proxies the fast ones reach into {@code java.nio} by reflection, which fails
 * unless the application was started with {@code --add-opens}, and the one that does not copies
 * every value whole. This one needs no flag, copies only what is asked for, and lets the reader
 * look at address and length before it follows them.
 */
final class PointerProxy extends BufferProxy<Pointer> {
  /** JNR's view of this machine. */
  static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private static final Pointer NOTHING = RUNTIME.getMemoryManager().newPointer(0L, 0L);

  /** What a direct buffer has room for, while the buffer is reachable. */
  static Pointer memory(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("a buffer without an address");
    }
    long address = Pointer.wrap(RUNTIME, direct.slice()).address();
    return RUNTIME.getMemoryManager().newPointer(address, direct.remaining());
  }

  @Override
  protected Pointer allocate() {
    return NOTHING;
  }

  @Override
  protected void deallocate(Pointer pointer) {
    // The memory is LMDB's.
  }

  @Override
  protected byte[] getBytes(Pointer pointer) {
    byte[] copy = new byte[Math.toIntExact(pointer.size())];
    pointer.get(0, copy, 0, copy.length);
    return copy;
  }

  @Override
  protected Comparator<Pointer> getSignedComparator() {
    return getUnsignedComparator();
  }

  /** Only lmdbjava's key ranges would call it, and they are not used: LMDB compares by itself. */
  @Override
  protected Comparator<Pointer> getUnsignedComparator() {
    return (a, b) -> {
      throw new UnsupportedOperationException("LMDB itself compares " + a + " and " + b);
    };
  }

  @Override
  protected Pointer in(Pointer pointer, Pointer slot) {
    slot.putLong(STRUCT_FIELD_OFFSET_SIZE, pointer.size());
    slot.putAddress(STRUCT_FIELD_OFFSET_DATA, pointer.address());
    // Returned so that lmdbjava keeps the memory reachable until the native call is over.
    return pointer;
  }

  @Override
  protected Pointer in(Pointer pointer, int size, Pointer slot) {
    slot.putLong(STRUCT_FIELD_OFFSET_SIZE, size);
    slot.putAddress(STRUCT_FIELD_OFFSET_DATA, 0L);
    return pointer;
  }

  @Override
  protected Pointer out(Pointer pointer, Pointer slot) {
    return RUNTIME
        .getMemoryManager()
        .newPointer(
            slot.getAddress(STRUCT_FIELD_OFFSET_DATA), slot.getLong(STRUCT_FIELD_OFFSET_SIZE));
  }
}
