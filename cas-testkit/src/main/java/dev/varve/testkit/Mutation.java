package dev.varve.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;

/** Changes to inputs, in the ways that decoders get wrong. One thread. */
final class Mutation {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    15,
    16,
    17,
    127,
    128,
    255,
    256,
    65535,
    65536,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1_000_000_000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Random random;
  private final List<byte[]> words;

  Mutation(Random random, List<byte[]> words) {
    this.random = random;
    this.words = words;
  }

  /** One to four changes, seldom many. */
  byte[] of(byte[] input, byte[] other) {
    byte[] bytes = input;
    for (int i = random.nextInt(10) == 0 ? 20 : 1 + random.nextInt(4); i > 0; i--) {
      bytes = once(bytes, other);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes, byte[] other) {
    if (bytes.length == 0) {
      return insert(bytes, 0, some());
    }
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(13)) {
      case 0, 1 -> set(bytes, at, bytes[at] ^ 1 << random.nextInt(8));
      case 2 -> set(bytes, at, (int) NUMBERS[random.nextInt(NUMBERS.length)]);
      case 3 -> overwrite(bytes, at, number());
      case 4 -> insert(bytes, at, some());
      case 5 -> overwrite(bytes, at, some());
      case 6 -> cut(bytes, at, length);
      case 7 -> insert(bytes, at, Arrays.copyOfRange(bytes, at, at + length));
      case 8 -> splice(bytes, at, other);
      case 9 -> moved(bytes, at, length);
      case 10 -> counted(bytes, at);
      case 11 -> set(bytes, at, bytes[at] + (random.nextBoolean() ? 1 : -1));
      default ->
          random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : insert(bytes, at, repeated(some()));
    };
  }

  private static byte[] set(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  /** A part stands elsewhere: what should ascend does not, or stands twice. */
  private byte[] moved(byte[] bytes, int at, int length) {
    byte[] part = Arrays.copyOfRange(bytes, at, at + length);
    byte[] rest = cut(bytes, at, length);
    return insert(rest, random.nextInt(rest.length + 1), part);
  }

  /** A count or length in 1, 2, 4 or 8 bytes, either way round, is a little off or much. */
  private byte[] counted(byte[] bytes, int at) {
    int size = Math.min(1 << random.nextInt(4), bytes.length - at);
    boolean little = random.nextBoolean();
    long value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | bytes[little ? at + size - 1 - i : at + i] & 0xFF;
    }
    long next =
        switch (random.nextInt(4)) {
          case 0 -> value + 1;
          case 1 -> value - 1;
          case 2 -> value * 2;
          default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    byte[] changed = bytes.clone();
    for (int i = 0; i < size; i++) {
      changed[little ? at + i : at + size - 1 - i] = (byte) (next >>> 8 * i);
    }
    return changed;
  }

  /**
   * Changes at every place in turn: cut there, the byte left out, one more or less, the least and
   * the most, and the beginnings of varints that do not end or are too long.
   */
  static Iterator<byte[]> everywhere(byte[] bytes) {
    byte[][] varints = {varint(Integer.MAX_VALUE), varint(Long.MAX_VALUE), varint(-1)};
    int kinds = 6 + varints.length;
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < kinds * bytes.length;
      }

      @Override
      public byte[] next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int at = next / kinds;
        int kind = next++ % kinds;
        return switch (kind) {
          case 0 -> Arrays.copyOf(bytes, at);
          case 1 -> cut(bytes, at, 1);
          case 2 -> set(bytes, at, bytes[at] + 1);
          case 3 -> set(bytes, at, bytes[at] - 1);
          case 4 -> set(bytes, at, 0);
          case 5 -> set(bytes, at, 0xFF);
          default -> insert(cut(bytes, at, 1), at, varints[kind - 6]);
        };
      }
    };
  }

  /** The beginning of one, the end of another. */
  private byte[] splice(byte[] bytes, int at, byte[] other) {
    int from = other.length == 0 ? 0 : random.nextInt(other.length);
    return insert(Arrays.copyOf(bytes, at), at, Arrays.copyOfRange(other, from, other.length));
  }

  /** A number as formats write it: in 4 or 8 bytes, or as a varint. */
  private byte[] number() {
    long value = NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1;
    return switch (random.nextInt(3)) {
      case 0 -> ByteBuffer.allocate(4).putInt((int) value).array();
      case 1 -> ByteBuffer.allocate(8).putLong(value).array();
      default -> varint(value);
    };
  }

  private static byte[] varint(long value) {
    ByteBuffer out = ByteBuffer.allocate(10);
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.put((byte) (left & 0x7F | 0x80));
      left >>>= 7;
    }
    out.put((byte) left);
    return Arrays.copyOf(out.array(), out.position());
  }

  private byte[] some() {
    if (!words.isEmpty() && random.nextInt(3) > 0) {
      return words.get(random.nextInt(words.size()));
    }
    if (random.nextBoolean()) {
      return number();
    }
    byte[] noise = new byte[1 + random.nextInt(8)];
    random.nextBytes(noise);
    return noise;
  }

  /** Long runs of one thing make stacks and quadratic work show. */
  private byte[] repeated(byte[] what) {
    int times = 1 << random.nextInt(random.nextInt(20) == 0 ? 13 : 7);
    byte[] all = new byte[what.length * times];
    for (int i = 0; i < all.length; i++) {
      all[i] = what[i % what.length];
    }
    return all;
  }

  private static byte[] insert(byte[] bytes, int at, byte[] what) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + what.length);
    System.arraycopy(what, 0, all, at, what.length);
    System.arraycopy(bytes, at, all, at + what.length, bytes.length - at);
    return all;
  }

  private static byte[] overwrite(byte[] bytes, int at, byte[] what) {
    byte[] all = Arrays.copyOf(bytes, Math.max(bytes.length, at + what.length));
    System.arraycopy(what, 0, all, at, what.length);
    return all;
  }

  static byte[] cut(byte[] bytes, int at, int length) {
    byte[] all = Arrays.copyOf(bytes, bytes.length - length);
    System.arraycopy(bytes, at + length, all, at, bytes.length - at - length);
    return all;
  }
}
