package dev.varve.s3;

import dev.varve.ref.Backend;
import dev.varve.testkit.BackendFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Backends on a bucket in memory, one a directory, behind whatever stands before it. */
final class MemoryFactory implements BackendFactory {
  static final S3Settings SETTINGS = new S3Settings(8, 32 << 20, 12, attempt -> {});

  private final Map<Path, MemoryBucket> buckets = new ConcurrentHashMap<>();
  private final UnaryOperator<Bucket> before;

  MemoryFactory(UnaryOperator<Bucket> before) {
    this.before = before;
  }

  @Override
  public Backend create(Path directory) {
    Bucket bucket = buckets.computeIfAbsent(directory, place -> new MemoryBucket());
    return new S3Backend(before.apply(bucket), new S3Layout("some/where/"), SETTINGS);
  }

  @Override
  public Backend reopen(Path directory, Backend closed) {
    return create(directory);
  }

  @Override
  public int openingRecords() {
    return 1;
  }
}
