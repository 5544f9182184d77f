package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Any bytes as rows of differences, with right checks and wrong ones, and as differences. */
class DeltaRowFuzzTest {
  /** What a row may make a reader hold: the blob, and little beside. */
  private static final long MOST = DeltaRow.MAX_BLOB + (48 << 10);

  private final byte[] base = random(1, 20_000);
  private final ContentHash hash = HashAlgorithm.SHA256.hash(new byte[] {1});

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** With bytes exchanged in so many places, and some put in. */
  private byte[] changed(int places) {
    Random random = new Random(places);
    byte[] changed = Arrays.copyOf(base, base.length + places * 7);
    for (int i = 0; i < places; i++) {
      int at = random.nextInt(base.length - 100);
      System.arraycopy(changed, at, changed, at + 7, changed.length - at - 7);
      System.arraycopy(random(i, 32), 0, changed, at, 32);
    }
    return changed;
  }

  private List<byte[]> rows() {
    Bases.Base under =
        new Bases.Base(HashAlgorithm.SHA256.hash(base), base, DeltaRow.checkOf(base));
    List<byte[]> rows = new ArrayList<>();
    for (int places : new int[] {1, 2, 10, 30}) {
      DeltaRow row = DeltaRow.of(hash, changed(places), under, places);
      assertThat(row).isNotNull();
      rows.add(row.row());
    }
    return rows;
  }

  /** Gives a row its right check, and that of the base's bytes. */
  private byte[] sealed(byte[] bytes) {
    if (bytes.length < 44) {
      return bytes;
    }
    ByteBuffer row = ByteBuffer.wrap(bytes.clone()).putInt(36, DeltaRow.checkOf(base));
    CRC32C crc = new CRC32C();
    crc.update(hash.toBytes());
    crc.update(row.array(), 0, 40);
    crc.update(row.array(), 44, bytes.length - 44);
    return row.putInt(40, (int) crc.getValue()).array();
  }

  @Test
  void rowsAreRefusedOrMakeABlobOfTheirLength() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "difference row",
                bytes -> {
                  DeltaRow row = DeltaRow.at(hash, bytes);
                  byte[] blob = row.over(hash, base);
                  if (blob.length != row.length() || blob.length >= DeltaRow.MAX_BLOB) {
                    throw new AssertionError(blob.length + " bytes where the row has others");
                  }
                },
                CorruptDataException.class)
            .seeded(rows())
            .sealedBy(this::sealed)
            .allocating(64, MOST);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(2);
  }

  /** The shortest inputs come nearest to the bounds: all is at the beginning. */
  @Test
  void differencesMakeTheLengthAskedForOrNothing() throws InterruptedException {
    byte[] few = Arrays.copyOf(base, 300);
    List<byte[]> seeds = new ArrayList<>();
    for (int at = 0; at < 250; at += 60) {
      byte[] target = few.clone();
      System.arraycopy(random(at, 20), 0, target, at, 20);
      byte[] difference = Difference.between(few, target, 400);
      assertThat(difference).isNotNull();
      seeds.add(difference);
    }
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "difference",
                bytes -> {
                  byte[] made = Difference.apply(few, bytes, 0, few.length);
                  if (made == null) {
                    throw CorruptDataException.malformed("blob", "", "no difference");
                  }
                  if (made.length != few.length) {
                    throw new AssertionError(made.length + " bytes");
                  }
                },
                CorruptDataException.class)
            .seeded(seeds)
            .allocating(64, 16 << 10);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSize(2);
  }

  @Test
  void differencesOfAnyBytesGiveTheTarget() throws InterruptedException {
    // The input is cut in two: one half is the base, the other what is to be made of it.
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "difference between",
                bytes -> {
                  byte[] from = Arrays.copyOf(bytes, bytes.length / 2);
                  byte[] to = Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length);
                  byte[] difference = Difference.between(from, to, bytes.length + 64);
                  if (difference != null
                      && !Arrays.equals(Difference.apply(from, difference, 0, to.length), to)) {
                    throw new AssertionError("another target");
                  }
                })
            .seeded(
                List.of(
                    new byte[4096],
                    twice(random(3, 2000)),
                    twice(Arrays.copyOf(random(4, 100), 3000)),
                    twice(new byte[0])))
            .allocating(64, 64 << 10);
    assertThat(Fuzz.run(target)).containsOnlyKeys("accepted");
  }

  private static byte[] twice(byte[] bytes) {
    byte[] both = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
    if (both.length > 200) {
      both[bytes.length + 90] ^= 1;
    }
    return both;
  }
}
