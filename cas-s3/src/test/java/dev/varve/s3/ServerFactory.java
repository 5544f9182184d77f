package dev.varve.s3;

import dev.varve.ref.Backend;
import dev.varve.testkit.BackendFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Backends on a server, each directory in a bucket of its own, since listings of some servers take
 * as long as all that a bucket holds. Thread-safe.
 *
 * @param server makes the buckets
 * @param path how backends reach it: itself, or by way of a proxy
 * @param buckets whose bucket is whose
 */
record ServerFactory(TestServer server, TestServer path, Map<Path, String> buckets)
    implements BackendFactory {
  ServerFactory(TestServer server, TestServer path) {
    this(server, path, new ConcurrentHashMap<>());
  }

  /** Patient, and with pauses as short as a local server needs. */
  static S3Settings settings(long seed) {
    return new S3Settings(8, 32 << 20, 12, Pause.jittered(new SplittableRandom(seed), 3, 31));
  }

  @Override
  public Backend create(Path directory) {
    return path.open(buckets.computeIfAbsent(directory, place -> server.bucket()), settings(1));
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
