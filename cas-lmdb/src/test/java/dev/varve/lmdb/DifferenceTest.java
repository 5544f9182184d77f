package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Byte strings as differences to others. */
class DifferenceTest {
  private static final int ENOUGH = 1 << 20;

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] between(byte[] base, byte[] target) {
    byte[] difference = Difference.between(base, target, ENOUGH);
    assertThat(difference).isNotNull();
    return difference;
  }

  private static byte[] part(byte[] base, Random random) {
    int from = random.nextInt(base.length + 1);
    return Arrays.copyOfRange(base, from, from + random.nextInt(base.length + 1 - from));
  }

  /** Parts exchanged, put in, taken out, moved and doubled. */
  private static byte[] changed(byte[] base, Random random, int changes) {
    byte[] bytes = base;
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length + 1);
      int gone = Math.min(random.nextInt(60), bytes.length - at);
      byte[] put =
          random.nextBoolean() ? random(random.nextLong(), random.nextInt(60)) : part(base, random);
      byte[] next = Arrays.copyOf(bytes, bytes.length - gone + put.length);
      System.arraycopy(put, 0, next, at, put.length);
      System.arraycopy(bytes, at + gone, next, at + put.length, bytes.length - at - gone);
      bytes = next.length > 60_000 ? Arrays.copyOf(next, 60_000) : next;
    }
    return bytes;
  }

  @Property(tries = 300)
  void differenceOverItsBaseGivesTheTarget(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] base = random(seed, random.nextInt(5_000));
    byte[] target = changed(base, random, random.nextInt(12));

    byte[] difference = between(base, target);

    assertThat(Difference.apply(base, difference, 0, target.length)).isEqualTo(target);
  }

  @Property(tries = 300)
  void differenceOfFewKindsOfBytesGivesTheTarget(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] base = new byte[random.nextInt(3_000)];
    for (int i = 0; i < base.length; i++) {
      base[i] = (byte) (random.nextInt(30) / 29);
    }
    byte[] target = changed(base, random, random.nextInt(5));

    assertThat(Difference.apply(base, between(base, target), 0, target.length)).isEqualTo(target);
  }

  @Test
  void oneExchangedHashTakesLittleMoreThanItself() {
    byte[] base = random(1, 17_000);
    byte[] target = base.clone();
    System.arraycopy(random(2, 32), 0, target, 9_000, 32);

    assertThat(between(base, target)).hasSizeLessThan(32 + 14);
  }

  @Test
  void onePutInTakesLittleMoreThanItself() {
    byte[] base = random(1, 17_000);
    byte[] target = new byte[17_040];
    System.arraycopy(base, 0, target, 0, 5_001);
    System.arraycopy(random(2, 40), 0, target, 5_001, 40);
    System.arraycopy(base, 5_001, target, 5_041, 17_000 - 5_001);

    assertThat(between(base, target)).hasSizeLessThan(40 + 14);
  }

  @Test
  void longerThanAskedForIsNone() {
    byte[] base = random(1, 5_000);

    assertThat(Difference.between(base, random(2, 5_000), 1_250)).isNull();
    byte[] target = base.clone();
    System.arraycopy(random(3, 100), 0, target, 100, 100);
    int length = between(base, target).length;
    for (int most = 0; most < length; most++) {
      assertThat(Difference.between(base, target, most)).isNull();
    }
  }

  @Test
  void damagedOnesGiveNothingOrOtherBytesAndNeverFail() {
    byte[] base = random(1, 600);
    byte[] target = changed(base, new Random(2), 4);
    byte[] difference = between(base, target);
    for (int bit = 0; bit < 8 * difference.length; bit++) {
      byte[] damaged = difference.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      byte[] made = Difference.apply(base, damaged, 0, target.length);
      if (made != null) {
        assertThat(made).hasSize(target.length);
      }
    }
    for (int length = 0; length < difference.length; length++) {
      assertThat(Difference.apply(base, Arrays.copyOf(difference, length), 0, target.length))
          .isNull();
    }
    assertThat(Difference.apply(base, difference, 0, target.length + 1)).isNull();
    assertThat(Difference.apply(base, difference, 0, target.length - 1)).isNull();
    assertThat(Difference.apply(new byte[10], difference, 0, target.length)).isNull();
    // Parts that give nothing would let a short row keep a reader for long.
    assertThat(Difference.apply(base, new byte[] {1, 7, 0, 0, 0}, 0, 1)).isNull();
    assertThat(Difference.apply(base, new byte[] {1, 7}, 0, 1)).containsExactly(7);
    assertThat(Difference.apply(base, new byte[] {(byte) 0x81, 0, 7}, 0, 1)).isNull();
    for (long seed = 0; seed < 2_000; seed++) {
      Difference.apply(base, random(seed, (int) (seed % 40)), 0, 100);
    }
  }
}
