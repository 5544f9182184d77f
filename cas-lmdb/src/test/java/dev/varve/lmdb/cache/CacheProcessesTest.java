package dev.varve.lmdb.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes with one cache, one of them killed. */
class CacheProcessesTest {
  private static final int BLOBS = 300;
  private static final int LENGTH = 60_000;

  @TempDir private Path folder;

  /** Reads and keeps blobs in an order of its own, far more than there is room for. */
  static final class Program {
    public static void main(String[] args) {
      long seed = Long.parseLong(args[1]);
      boolean endless = Boolean.parseBoolean(args[2]);
      Random random = new Random(seed);
      List<String> trouble = new ArrayList<>();
      long hits = 0;
      CacheSettings settings = new CacheSettings(CacheSettings.LEAST_BYTES);
      try (BlobCache cache = BlobCache.open(Path.of(args[0]), settings, trouble::add)) {
        for (int i = 0; endless || i < 1500; i++) {
          int number = random.nextInt(BLOBS);
          ByteBuffer value = BlobCacheTest.blob(number, LENGTH);
          ByteBuffer found = cache.get(BlobCacheTest.hash(value)).orElse(null);
          if (found == null) {
            cache.put(BlobCacheTest.hash(value), value);
          } else if (found.equals(value)) {
            hits++;
          } else {
            throw new AssertionError("blob " + number + " came back wrong");
          }
          if (i == 200) {
            System.out.println("under way");
          }
        }
      }
      System.out.println(trouble.isEmpty() ? "hits " + hits : "trouble " + trouble);
    }
  }

  private Process start(int seed, boolean endless) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            classPath,
            Program.class.getName(),
            folder.resolve("cache").toString(),
            String.valueOf(seed),
            String.valueOf(endless))
        .redirectErrorStream(true)
        .start();
  }

  @Test
  void processesShareACacheAndOneThatIsKilledHarmsNone() throws Exception {
    Process killed = start(1, true);
    try {
      assertThat(isUnderWay(killed)).isTrue();
      List<Process> others = List.of(start(2, false), start(3, false));
      assertThat(isUnderWay(others.get(0))).isTrue();
      killed.destroyForcibly().waitFor();
      for (Process each : others) {
        List<String> lines = each.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(each.waitFor()).as("%s", lines).isZero();
        assertThat(lines.get(lines.size() - 1)).matches("hits [1-9][0-9]*");
      }
    } finally {
      killed.destroyForcibly();
    }
    assertThat(BlobCacheTest.size(folder)).isLessThanOrEqualTo(CacheSettings.LEAST_BYTES);
    // What one process kept another finds.
    assertThat(hits()).isPositive();
    try (Stream<Path> all = Files.list(folder.resolve("cache"))) {
      assertThat(all.filter(each -> each.getFileName().toString().startsWith("gen-")).count())
          .isBetween(1L, 4L);
    }
  }

  /** Waits for the program's first line. Newer JVMs warn of native code before it. */
  private static boolean isUnderWay(Process process) {
    return process.inputReader(StandardCharsets.UTF_8).lines().anyMatch("under way"::equals);
  }

  private long hits() {
    long hits = 0;
    CacheSettings settings = new CacheSettings(CacheSettings.LEAST_BYTES);
    try (BlobCache cache = BlobCache.open(folder.resolve("cache"), settings, words -> {})) {
      for (int i = 0; i < BLOBS; i++) {
        ByteBuffer value = BlobCacheTest.blob(i, LENGTH);
        hits += cache.get(BlobCacheTest.hash(value)).isPresent() ? 1 : 0;
      }
    }
    return hits;
  }
}
