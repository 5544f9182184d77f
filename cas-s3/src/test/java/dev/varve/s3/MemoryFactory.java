package dev.varve.s3;

import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import dev.varve.testkit.BackendFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Backends on a bucket in memory, one a directory, behind whatever stands before it. */
final class MemoryFactory implements BackendFactory {
  static final S3Settings SETTINGS = new S3Settings(8, 32 << 20, 12, attempt -> {});

  private static final S3Layout LAYOUT = new S3Layout("some/where/");

  private final Map<Path, MemoryBucket> buckets = new ConcurrentHashMap<>();
  private final Map<Backend, MemoryBucket> of = new ConcurrentHashMap<>();
  private final UnaryOperator<Bucket> before;

  MemoryFactory(UnaryOperator<Bucket> before) {
    this.before = before;
  }

  @Override
  public Backend create(Path directory) {
    MemoryBucket bucket = buckets.computeIfAbsent(directory, place -> new MemoryBucket());
    S3Backend backend = new S3Backend(before.apply(bucket), LAYOUT, SETTINGS);
    of.put(backend, bucket);
    return backend;
  }

  @Override
  public Backend reopen(Path directory, Backend closed) {
    return create(directory);
  }

  @Override
  public void lose(Backend backend, ContentHash hash) {
    Objects.requireNonNull(of.get(backend)).take(LAYOUT.blob(hash));
  }

  @Override
  public int openingRecords() {
    return 1;
  }
}
