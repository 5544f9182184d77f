package dev.varve.benchmarks;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.lmdb.LmdbBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The driver's paths on 100,000 blobs of 512 bytes, in the directory for temporary files. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class LmdbBenchmark {
  private static final int BLOBS = 100_000;
  private static final int BATCH = 10_000;

  private final Random random = new Random(1);
  private final ContentHash[] hashes = new ContentHash[BLOBS];
  private Path directory = Path.of("");
  private LmdbBackend backend;
  private BlobStore blobs;

  /** Opens an empty store. */
  public LmdbBenchmark() {
    try {
      directory = Files.createTempDirectory("varve-jmh");
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
    backend = LmdbBackend.create(directory);
    blobs = backend.blobs();
  }

  /** Fills the store. */
  @Setup(Level.Trial)
  public void make() {
    try (BlobWriter writer = blobs.writer(0)) {
      for (int i = 0; i < BLOBS; i++) {
        ByteBuffer value = BigArray.value(random);
        hashes[i] = HashAlgorithm.SHA256.hash(value);
        writer.put(hashes[i], value);
      }
      writer.flush();
    }
  }

  /** Removes the store. */
  @TearDown(Level.Trial)
  public void remove() {
    backend.close();
    Workplace.remove(directory);
  }

  /** Opens and reads one blob. */
  @Benchmark
  public ByteBuffer read() {
    try (StoredBlob blob = blobs.open(hashes[random.nextInt(BLOBS)]).orElseThrow()) {
      return blob.read(0, (int) blob.length());
    }
  }

  /** Looks for one blob. */
  @Benchmark
  public Set<ContentHash> missingOne() {
    return blobs.missing(List.of(hashes[random.nextInt(BLOBS)]));
  }

  /** Looks for ten thousand at once; time is a blob's. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Set<ContentHash> missingMany() {
    int from = random.nextInt(BLOBS - BATCH);
    return blobs.missing(Arrays.asList(hashes).subList(from, from + BATCH));
  }

  /** One new blob, flushed. */
  @Benchmark
  public void flushOne() {
    ByteBuffer value = BigArray.value(random);
    try (BlobWriter writer = blobs.writer(0)) {
      writer.put(HashAlgorithm.SHA256.hash(value), value);
      writer.flush();
    }
  }
}
