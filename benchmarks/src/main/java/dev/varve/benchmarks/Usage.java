package dev.varve.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What this process used so far. On a busy machine the processor's time says more than the clock.
 * Immutable.
 *
 * @param cpuNanos processor time of all threads, compilers and collectors too
 * @param writtenBytes bytes given to write calls, whether or not they reached a disk yet; 0 where
 *     the system does not count them
 * @param writeCalls how many such calls
 */
record Usage(long cpuNanos, long writtenBytes, long writeCalls) {
  private static final Path COUNTERS = Path.of("/proc/self/io");

  static Usage now() {
    long bytes = 0;
    long calls = 0;
    if (Files.isReadable(COUNTERS)) {
      try {
        for (String line : Files.readAllLines(COUNTERS)) {
          if (line.startsWith("wchar: ")) {
            bytes = Long.parseLong(line.substring(7));
          } else if (line.startsWith("syscw: ")) {
            calls = Long.parseLong(line.substring(7));
          }
        }
      } catch (IOException untold) {
        bytes = 0;
        calls = 0;
      }
    }
    long cpu =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : 0;
    return new Usage(cpu, bytes, calls);
  }

  /** What was used since then, for each of {@code count} operations. */
  Map<String, Double> eachSince(Usage before, int count) {
    return Map.of(
        "cpu_ms",
        Samples.rounded((cpuNanos - before.cpuNanos) / 1e6 / count),
        "written_bytes",
        Samples.rounded((double) (writtenBytes - before.writtenBytes) / count),
        "write_calls",
        Samples.rounded((double) (writeCalls - before.writeCalls) / count));
  }
}
