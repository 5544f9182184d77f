package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a check since a commit costs, in operations of the backend. */
class CheckCostTest {
  private final FaultyBackend counted = new FaultyBackend(new MemoryBackend());
  private final Repository repository =
      Repository.create(
          counted,
          RepositoryConfig.of(HashAlgorithm.SHA256),
          Environment.system(),
          ConflictRule.SAME_KEY_ONLY);

  private void commits(int count) {
    for (int i = 0; i < count; i++) {
      try (Transaction tx = repository.begin("main")) {
        tx.put(Key.of("air/c/" + i), ByteBuffer.wrap(new byte[] {(byte) i, (byte) count}));
        tx.commit(CommitInfo.of("step " + i));
      }
    }
  }

  /** Operations of a check of what is newer than a commit, by somebody who knows nothing yet. */
  private long operations(ContentHash since) {
    Repository fresh = Repository.open(counted, Environment.system(), ConflictRule.SAME_KEY_ONLY);
    long begun = counted.operations();
    CheckReport report =
        new RepositoryCheck(fresh, 1, finding -> {}).run(CheckScope.EVERYTHING.since(since));
    assertThat(report.clean()).isTrue();
    // The value, its path of one or two nodes, and the commit.
    assertThat(report.objects()).isBetween(3L, 4L);
    return counted.operations() - begun;
  }

  @Test
  void checkSinceTheLastCommitButOneCostsTheSameHoweverLongHistoryIs() {
    commits(20);
    long early = operations(repository.resolve("main~1"));
    commits(500);
    long late = operations(repository.resolve("main~1"));

    // A level more, on the new side and the old.
    assertThat(late).isBetween(early, early + 6).isLessThan(60);
  }
}
