package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** References by the ten thousand, whose values another thread looks for in the file. */
class StoredReferencesTest {
  private static final int COUNT = 60_000;

  @TempDir Path directory;

  private Repository create() {
    Backend backend = LmdbBackend.create(directory.resolve("r"));
    return Repository.create(
        backend,
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private static ByteBuffer value(int i) {
    return ByteBuffer.allocate(40).putInt(0, i);
  }

  private static KeyEntry reference(int i) {
    ContentHash hash = HashAlgorithm.SHA256.hash(value(i));
    return new KeyEntry(Key.of("a/c/" + i), new Entry.Blob(hash, 40));
  }

  private static void store(Transaction edits, int from, int to) {
    for (int i = from; i < to; i++) {
      edits.put(Key.of("a/c/" + i), value(i));
    }
  }

  @Test
  void valuesThatTheTransactionHasPutAndNotFlushedAreFound() {
    try (Repository repository = create()) {
      try (Transaction edits = repository.begin("main")) {
        store(edits, 0, COUNT);
        edits.putStored(
            IntStream.range(0, COUNT).mapToObj(i -> reference(COUNT - 1 - i)).iterator());
        assertThat(edits.commit(CommitInfo.of("all"))).isInstanceOf(CommitOutcome.Committed.class);
      }
      assertThat(repository.snapshot("main").totals("").keys()).isEqualTo(COUNT);
    }
  }

  @Test
  void aValueThatIsStoredNowhereIsTold() {
    try (Repository repository = create();
        Transaction edits = repository.begin("main")) {
      store(edits, 0, COUNT);

      assertThatThrownBy(
              () ->
                  edits.putStored(
                      IntStream.rangeClosed(0, COUNT)
                          .mapToObj(StoredReferencesTest::reference)
                          .iterator()))
          .isInstanceOf(MissingBlobException.class)
          .hasMessageContaining("a/c/" + COUNT);
    }
  }

  @Test
  void aRepositoryThatIsClosedMeanwhileIsTold() {
    Repository repository = create();
    try (Transaction edits = repository.begin("main")) {
      store(edits, 0, COUNT);
      edits.stage();
      Iterator<KeyEntry> closing =
          IntStream.range(0, COUNT)
              .mapToObj(
                  i -> {
                    if (i == COUNT / 2) {
                      repository.close();
                    }
                    return reference(i);
                  })
              .iterator();

      assertThatThrownBy(() -> edits.putStored(closing))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("the repository is closed");
    }
  }
}
