package dev.varve.lmdb.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCacheTest {
  private static final CacheSettings SMALL = new CacheSettings(CacheSettings.LEAST_BYTES);

  @TempDir private Path folder;
  private final List<String> trouble = new ArrayList<>();

  private BlobCache open() {
    return BlobCache.open(folder.resolve("cache"), SMALL, trouble::add);
  }

  static ByteBuffer blob(int number, int length) {
    byte[] bytes = new byte[length];
    new Random(number).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  static ContentHash hash(ByteBuffer bytes) {
    return HashAlgorithm.SHA256.hash(bytes.duplicate());
  }

  static long size(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private List<Path> data() {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.endsWith("data.mdb")).sorted().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Test
  void getReturnsWhatWasPutAlsoFromAnotherProcess() {
    ByteBuffer sha = blob(1, 1000);
    ByteBuffer blake = blob(2, 2000);
    ContentHash other = HashAlgorithm.BLAKE3.hash(blake.duplicate());
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(sha))).isEmpty();
      cache.put(hash(sha), sha);
      cache.put(other, blake);
      // Had at once, from memory or from the disk.
      assertThat(cache.get(hash(sha))).contains(sha);
    }
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(sha))).contains(sha);
      assertThat(cache.get(other)).contains(blake);
    }
    assertThat(trouble).isEmpty();
  }

  @Test
  void bytesWithAnotherNameAreNotKept() {
    try (BlobCache cache = open()) {
      cache.put(hash(blob(1, 10)), blob(2, 10));
      cache.put(hash(blob(3, 10)), blob(3, 10));
    }
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(blob(1, 10)))).isEmpty();
      assertThat(cache.get(hash(blob(3, 10)))).isPresent();
    }
  }

  @Test
  void whatIsTooLargeIsNotKept() {
    try (BlobCache cache = open()) {
      ByteBuffer large = blob(1, cache.largest() + 1);
      cache.put(hash(large), large);
      assertThat(cache.get(hash(large))).isEmpty();
    }
  }

  @Test
  void theBoundIsKeptAndWhatIsUsedStays() {
    ByteBuffer used = blob(0, 5000);
    try (BlobCache cache = open()) {
      cache.put(hash(used), used);
      int length = 100_000;
      for (int i = 1; i * (long) length < 4 * SMALL.bytes(); i++) {
        ByteBuffer next = blob(i, length);
        cache.put(hash(next), next);
        cache.flush();
        assertThat(cache.get(hash(used))).contains(used);
        if (i % 10 == 0) {
          assertThat(size(folder)).isLessThanOrEqualTo(SMALL.bytes());
        }
      }
      assertThat(size(folder)).isGreaterThan(SMALL.bytes() / 2);
      assertThat(cache.get(hash(blob(1, length)))).isEmpty();
    }
  }

  @Test
  void manySmallBlobsKeepTheBound() {
    try (BlobCache cache = open()) {
      for (int i = 0; i < 60_000; i++) {
        ByteBuffer next = blob(i, 300);
        cache.put(hash(next), next);
      }
      cache.flush();
      assertThat(size(folder)).isLessThanOrEqualTo(SMALL.bytes());
      assertThat(data().size()).isGreaterThan(1);
      assertThat(cache.get(hash(blob(59_999, 300)))).isPresent();
    }
  }

  @Test
  void aDamagedValueIsNotThereAndIsKeptAnewAfterwards() throws IOException {
    ByteBuffer value = blob(7, 100_000);
    try (BlobCache cache = open()) {
      cache.put(hash(value), value);
    }
    flip(data().get(0), value);
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(value))).isEmpty();
      cache.put(hash(value), value);
      cache.flush();
      assertThat(cache.get(hash(value))).contains(value);
    }
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(value))).contains(value);
    }
    assertThat(trouble).isEmpty();
  }

  /** Changes one byte of a value where it lies in the file. */
  private static void flip(Path file, ByteBuffer value) throws IOException {
    byte[] all = Files.readAllBytes(file);
    byte[] part = new byte[64];
    value.duplicate().position(50_000).get(part);
    for (int at = 0; at + part.length <= all.length; at++) {
      if (java.util.Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
          out.seek(at);
          out.write(all[at] ^ 1);
        }
        return;
      }
    }
    throw new AssertionError("the value is not in " + file);
  }

  /** Each file cut short or overwritten as a whole: never an error, and usable again. */
  @Test
  void filesOfRubbishAreReplaced() throws IOException {
    ByteBuffer value = blob(7, 50_000);
    for (int length : new int[] {0, 100, 4096, 9000}) {
      try (BlobCache cache = open()) {
        cache.put(hash(value), value);
      }
      for (Path file : data()) {
        byte[] rubbish = new byte[length];
        new Random(length).nextBytes(rubbish);
        Files.write(file, rubbish);
      }
      try (BlobCache cache = open()) {
        assertThat(cache.get(hash(value))).isEmpty();
        cache.put(hash(value), value);
        cache.flush();
        assertThat(cache.get(hash(value))).contains(value);
      }
    }
    assertThat(trouble).isEmpty();
  }

  @Test
  void theFolderMayBeDeletedWhileItIsUsed() throws IOException {
    try (BlobCache cache = open();
        BlobCache other = open()) {
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 50; i++) {
          ByteBuffer value = blob(1000 * round + i, 20_000);
          cache.put(hash(value), value);
          other.get(hash(value)).ifPresent(found -> assertThat(found).isEqualTo(value));
        }
        cache.flush();
        delete(folder.resolve("cache"));
      }
      ByteBuffer last = blob(1, 1000);
      cache.put(hash(last), last);
      cache.flush();
      assertThat(cache.get(hash(last))).contains(last);
    }
    try (BlobCache cache = open()) {
      assertThat(cache.get(hash(blob(1, 1000)))).isPresent();
    }
    assertThat(trouble).isEmpty();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsToldOnceAndNoCallFails() throws IOException {
    Path file = Files.writeString(folder.resolve("cache"), "a file");
    try (BlobCache cache = open()) {
      for (int i = 0; i < 5; i++) {
        cache.put(hash(blob(i, 100)), blob(i, 100));
        cache.flush();
        assertThat(cache.get(hash(blob(i, 100)))).isEmpty();
      }
    }
    assertThat(trouble).singleElement().asString().contains(file.toString());
  }

  @Test
  void aCacheTooSmallToBeOfUseIsRefused() {
    assertThatThrownBy(() -> new CacheSettings(CacheSettings.LEAST_BYTES - 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
