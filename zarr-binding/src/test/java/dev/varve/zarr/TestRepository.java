package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.Nonce;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** A repository in memory with a clock and randomness that count, and short ways to write to it. */
final class TestRepository implements AutoCloseable {
  private final Repository repository;

  TestRepository() {
    this(new MemoryBackend());
  }

  TestRepository(Backend backend) {
    repository =
        Repository.create(
            backend,
            RepositoryConfig.of(HashAlgorithm.SHA256),
            environment(),
            new ZarrConflictRule());
  }

  /** Gives 1, 2, 3... for times and nonces. */
  static Environment environment() {
    AtomicLong counter = new AtomicLong();
    return new Environment() {
      @Override
      public long nowMillis() {
        return counter.incrementAndGet();
      }

      @Override
      public Nonce nonce() {
        return new Nonce(0, counter.incrementAndGet());
      }

      @Override
      public String user() {
        return "tester";
      }

      @Override
      public void pause(long maxMillis) {}
    };
  }

  Repository repository() {
    return repository;
  }

  HashAlgorithm algorithm() {
    return repository.config().hash();
  }

  Snapshot main() {
    return repository.snapshot("main");
  }

  /** Commits edits to main: key, value, key, value...; the value "-" deletes. */
  Snapshot commit(String... edits) {
    try (Transaction transaction = repository.begin("main")) {
      edit(transaction, edits);
      CommitOutcome outcome = transaction.commit(CommitInfo.of("test"));
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      return repository.snapshot(((CommitOutcome.Committed) outcome).id());
    }
  }

  /** Edits of main made against an older state, which may conflict. */
  CommitOutcome commitAgainst(ContentHash base, String... edits) {
    try (Transaction transaction = repository.begin("main", base)) {
      edit(transaction, edits);
      return transaction.commit(CommitInfo.of("test"));
    }
  }

  static void edit(Transaction transaction, String... edits) {
    for (int i = 0; i < edits.length; i += 2) {
      if (edits[i + 1].equals("-")) {
        transaction.delete(Key.of(edits[i]));
      } else {
        transaction.put(Key.of(edits[i]), bytes(edits[i + 1]));
      }
    }
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Override
  public void close() {
    repository.close();
  }
}
