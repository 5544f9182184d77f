package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way over a backend on disk, whose writes are seen only once they are flushed. */
class OnDiskTest {
  @TempDir @Nullable Path temporary;

  @Test
  void importReopenDiffAndExport() throws IOException {
    Path home = Objects.requireNonNull(temporary);
    JsonNode states = Samples.states("hadgem");
    try (TestRepository repository = new TestRepository(LmdbBackend.create(home.resolve("repo")))) {
      importState(repository.repository(), "hadgem/01-time-300.zip");
      importState(repository.repository(), "hadgem/02-time-600.zip");
    }
    try (Repository repository =
        Repository.open(
            LmdbBackend.open(home.resolve("repo")),
            TestRepository.environment(),
            new ZarrConflictRule())) {
      List<ZarrChange> changes = new ArrayList<>();
      ZarrDiff.run(
          repository, repository.snapshot("main~1"), repository.snapshot("main"), changes::add);
      assertThat(changes)
          .contains(
              new ZarrChange.ArrayResized(
                  ZarrPath.of("/tas"), List.of(300L, 2L, 2L), List.of(600L, 2L, 2L)));
      Exporter exporter = new Exporter(TestRepository.environment(), 2, TransferProgress.NONE);
      exporter.run(repository.snapshot("main"), ZarrPath.ROOT, home.resolve("second"));
      exporter.run(repository.snapshot("main~1"), ZarrPath.ROOT, home.resolve("first"));
    }
    assertThat(Samples.treeDigest(home.resolve("first")))
        .isEqualTo(states.path("01-time-300").path("tree_sha256").asText());
    assertThat(Samples.treeDigest(home.resolve("second")))
        .isEqualTo(states.path("02-time-600").path("tree_sha256").asText());
  }

  private static void importState(Repository repository, String store) {
    try (ImportSource source = ImportSource.open(Samples.zip(store));
        Transaction transaction = repository.begin("main")) {
      new Importer(repository.config().hash(), ImportOptions.DEFAULT, TransferProgress.NONE)
          .run(source, transaction);
      transaction.commit(CommitInfo.of(store));
    }
  }
}
