package dev.varve.ref;

import dev.varve.format.ByteReader;
import dev.varve.format.ByteWriter;

/**
 * Sixteen random bytes that tell one write from every other, so that a writer whose answer was lost
 * can see whether a record is its own. Immutable.
 */
public record Nonce(long high, long low) {
  /** Writes the 16 bytes. */
  public void write(ByteWriter out) {
    out.i64(high).i64(low);
  }

  /** Reads 16 bytes. */
  public static Nonce read(ByteReader in) {
    return new Nonce(in.i64(), in.i64());
  }

  /** 32 hex digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
