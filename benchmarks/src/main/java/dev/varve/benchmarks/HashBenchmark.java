package dev.varve.benchmarks;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Hashing of values of three sizes by both algorithms. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class HashBenchmark {
  /** The algorithm. */
  @Param({"SHA256", "BLAKE3"})
  public HashAlgorithm algorithm = HashAlgorithm.SHA256;

  /** Length of the value. */
  @Param({"64", "4096", "1048576"})
  public int bytes;

  private ByteBuffer value = ByteBuffer.allocate(0);

  /** Makes the value. */
  @Setup
  public void make() {
    byte[] random = new byte[bytes];
    new Random(1).nextBytes(random);
    value = ByteBuffer.wrap(random);
  }

  /** One hash. */
  @Benchmark
  public ContentHash hash() {
    return algorithm.hash(value);
  }
}
