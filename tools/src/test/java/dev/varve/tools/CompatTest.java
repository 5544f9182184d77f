package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.format.FormatHeader;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import dev.varve.ref.RefName;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories that released formats wrote are read, written to, and verified by this program. */
class CompatTest {
  private static final Path FIXTURES = Path.of("src/test/resources/compat");

  @BeforeAll
  static void writeWhereAsked() throws IOException {
    if (Boolean.getBoolean("varve.fixtures.write")) {
      for (HashAlgorithm algorithm : HashAlgorithm.values()) {
        // Those with the hash's name alone were written before there were packs, those with packs
        // before there were differences, and stay so.
        Path path =
            FIXTURES.resolve("v" + FormatHeader.VERSION + "/" + algorithm.label() + "-deltas");
        write(path, algorithm);
        Files.deleteIfExists(path.resolve("lock.mdb"));
        try (Repository repository = Varve.open(path)) {
          Files.write(Path.of(path + ".txt"), facts(repository));
        }
        Files.deleteIfExists(path.resolve("lock.mdb"));
      }
    }
  }

  @Test
  void everyFormatVersionHasItsRepositories() {
    for (int version = 1; version <= FormatHeader.VERSION; version++) {
      for (HashAlgorithm algorithm : HashAlgorithm.values()) {
        assertThat(FIXTURES.resolve("v" + version + "/" + algorithm.label() + "/data.mdb"))
            .exists();
      }
    }
    assertThat(FIXTURES.resolve("v1/sha256-packs/packs/00000001.pack")).exists();
    assertThat(FIXTURES.resolve("v1/sha256-deltas/data.mdb")).exists();
  }

  @Test
  void oldRepositoriesAreReadAsTheyWereWritten(@TempDir Path folder) throws IOException {
    for (Path fixture : fixtures()) {
      try (Repository repository = Varve.open(copy(fixture, folder))) {
        assertThat(facts(repository))
            .as("%s", fixture)
            .isEqualTo(Files.readAllLines(Path.of(fixture + ".txt")));
        List<String> findings = new ArrayList<>();
        assertThat(
                new RepositoryCheck(repository, 2, f -> findings.add(f.message()))
                    .run(CheckScope.EVERYTHING)
                    .clean())
            .as("%s: %s", fixture, findings)
            .isTrue();
      }
    }
  }

  @Test
  void oldRepositoriesTakeNewCommits(@TempDir Path folder) throws IOException {
    for (Path fixture : fixtures()) {
      Path copy = copy(fixture, folder);
      try (Repository repository = Varve.open(copy);
          Transaction edits = repository.begin("main")) {
        ContentHash before = repository.resolve("main");
        edits.put(Key.of("air/c/new"), bytes("new"));
        edits.put(Key.of("air/c/long"), bytes("long".repeat(10_000)));
        CommitOutcome.Committed done = (CommitOutcome.Committed) edits.commit(CommitInfo.of("new"));
        assertThat(done.commit().parents()).containsExactly(before);
        assertThat(done.changes().added()).isEqualTo(2);
        assertThat(repository.snapshot("main").get(Key.of("air/c/long")))
            .contains(bytes("long".repeat(10_000)));
      }
      try (Repository repository = Varve.open(copy)) {
        boolean deltas = fixture.endsWith("sha256-deltas");
        assertThat(repository.config().deltas()).isEqualTo(deltas);
        assertThat(repository.backend().keepsDeltas()).isEqualTo(deltas);
      }
      // Where there were none the programs of that time would not look.
      assertThat(Files.exists(copy.resolve("packs")))
          .isEqualTo(Files.exists(fixture.resolve("packs")));
    }
  }

  private static List<Path> fixtures() throws IOException {
    try (Stream<Path> all = Files.walk(FIXTURES)) {
      return all.filter(p -> p.getFileName().toString().equals("data.mdb"))
          .map(Path::getParent)
          .sorted()
          .toList();
    }
  }

  private static Path copy(Path fixture, Path folder) throws IOException {
    Path target = folder.resolve(fixture.getParent().getFileName() + "-" + fixture.getFileName());
    try (Stream<Path> all = Files.walk(fixture)) {
      for (Path each : all.toList()) {
        Path to = target.resolve(fixture.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(to);
        } else {
          Files.copy(each, to);
        }
      }
    }
    return target;
  }

  private static List<String> facts(Repository repository) {
    List<String> lines = new ArrayList<>();
    for (String revision : List.of("main", "main~1", "main~2", "side", "again", "v1")) {
      Snapshot snapshot = repository.snapshot(revision);
      lines.add(
          String.join(
              " ",
              revision,
              snapshot.id().toString(),
              snapshot.manifest().root(repository.config().hash()).toString(),
              String.valueOf(snapshot.totals("").keys()),
              everything(repository, snapshot)));
    }
    repository
        .refs()
        .log(RefName.branch("again"))
        .forEachRemaining(
            r ->
                lines.add(
                    "again "
                        + r.number()
                        + " "
                        + r.target().map(ContentHash::toString).orElse("-")));
    return lines;
  }

  private static String everything(Repository repository, Snapshot snapshot) {
    Hasher hasher = repository.config().hash().hasher();
    snapshot
        .entries("")
        .forEachRemaining(
            each -> {
              hasher.update(ByteBuffer.wrap(each.key().toUtf8()));
              try {
                snapshot.copy(
                    each.key(),
                    each.entry(),
                    new OutputStream() {
                      @Override
                      public void write(int b) {
                        hasher.update(new byte[] {(byte) b}, 0, 1);
                      }
                    });
              } catch (IOException never) {
                throw new AssertionError(never);
              }
            });
    return hasher.finish().toString();
  }

  private static void write(Path path, HashAlgorithm algorithm) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path each : new TreeSet<>(all.toList()).descendingSet()) {
          Files.delete(each);
        }
      }
    }
    try (Repository repository = Varve.create(path, algorithm)) {
      Random random = new Random(1);
      try (Transaction edits = repository.begin("main")) {
        edits.put(Key.of("air/zarr.json"), bytes("{\"zarr_format\":3, \"node_type\":\"group\"}"));
        edits.put(Key.of("large/zarr.json"), bytes(" ".repeat(Entry.Inline.MAX_BYTES) + "{}"));
        edits.put(Key.of("air/empty"), bytes(""));
        edits.put(Key.of("air/\uD83C\uDF0D/0"), bytes("beyond U+FFFF"));
        edits.put(Key.of("air/\uFFFD/0"), bytes("below"));
        for (int i = 0; i < 1_000; i++) {
          edits.put(
              Key.of(String.format("air/c/%d/%d", i / 100, i % 100)),
              bytes("value " + random.nextInt(40)));
        }
        edits.commit(CommitInfo.of("many keys"));
      }
      ContentHash first = repository.resolve("main");
      repository.refs().create(RefName.tag("v1"), first, "test");
      repository.refs().create(RefName.branch("side"), first, "test");
      repository.refs().create(RefName.branch("again"), first, "test");
      repository.refs().delete(RefName.branch("again"), "test");
      commit(repository, "again", "only/c/0", "made again");
      commit(repository, "side", "air/c/0/0", "the side");
      ContentHash wrong = commit(repository, "main", "air/c/1/1", "wrong");
      repository.rewrites().revert("main", wrong, CommitInfo.of("revert"));
      ContentHash from = repository.resolve("main");
      commit(repository, "main", "air/c/2/2", "one");
      ContentHash to = commit(repository, "main", "air/c/2/3", "two");
      repository.rewrites().squash("main", from, to, CommitInfo.of("squash"));
      repository.rewrites().merge("main", repository.resolve("side"), CommitInfo.of("merge"));
    }
  }

  private static ContentHash commit(
      Repository repository, String branch, String key, String value) {
    try (Transaction edits = repository.begin(branch)) {
      edits.put(Key.of(key), bytes(value));
      return ((CommitOutcome.Committed) edits.commit(CommitInfo.of(value))).id();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
