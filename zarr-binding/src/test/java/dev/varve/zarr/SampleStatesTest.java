package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import dev.varve.zarr.ImportOptions.Rest;
import dev.varve.zarr.ZarrNode.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real stores go in and come out as they were, and what differs between states is what was done.
 */
class SampleStatesTest {
  private final TestRepository repository = new TestRepository();

  @TempDir @Nullable Path directory;

  @AfterEach
  void close() {
    repository.close();
  }

  private Snapshot importAll(String store) {
    try (ImportSource source = ImportSource.open(Samples.zip(store));
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(
              repository.algorithm(),
              ImportOptions.DEFAULT.rest(Rest.DELETE),
              TransferProgress.NONE)
          .run(source, transaction);
      CommitOutcome outcome = transaction.commit(CommitInfo.of(store));
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      return repository.main();
    }
  }

  private Exporter exporter() {
    return new Exporter(TestRepository.environment(), 2, TransferProgress.NONE);
  }

  private List<ZarrChange> diff(Snapshot before, Snapshot after) {
    List<ZarrChange> changes = new ArrayList<>();
    ZarrDiff.run(repository.repository(), before, after, changes::add);
    return changes;
  }

  static Iterator<JsonNode> states() {
    return Samples.states().iterator();
  }

  @ParameterizedTest(name = "state {index}")
  @MethodSource("states")
  void importAndExportKeepEveryByte(JsonNode state) throws IOException {
    Path home = Objects.requireNonNull(directory);
    Snapshot snapshot = importAll(state.path("store").asText());
    assertThat(snapshot.totals("").keys()).isEqualTo(state.path("keys").asLong());
    assertThat(snapshot.totals("").bytes()).isEqualTo(state.path("bytes").asLong());
    ExportReport report = exporter().run(snapshot, ZarrPath.ROOT, home.resolve("out"));
    assertThat(report.keys()).isEqualTo(state.path("keys").asLong());
    assertThat(report.bytes()).isEqualTo(state.path("bytes").asLong());
    assertThat(Samples.treeDigest(home.resolve("out")))
        .isEqualTo(state.path("tree_sha256").asText());
  }

  @ParameterizedTest(name = "state {index}")
  @MethodSource("states")
  void everyArrayIsFoundWithItsShapeAndChunks(JsonNode state) {
    Snapshot snapshot = importAll(state.path("store").asText());
    ZarrTree tree = new ZarrTree(snapshot);
    Map<String, JsonNode> expected = new TreeMap<>();
    state
        .path("arrays")
        .properties()
        .forEach(array -> expected.put(array.getKey(), array.getValue()));
    tree.nodes(ZarrPath.ROOT)
        .forEachRemaining(
            node -> {
              assertThat(node).isNotInstanceOf(ZarrNode.OpaqueNode.class);
              if (node instanceof ArrayNode array) {
                JsonNode known = expected.remove(array.path().toString());
                assertThat(known).as(array.path().toString()).isNotNull();
                List<Long> shape = new ArrayList<>();
                known.path("shape").forEach(length -> shape.add(length.asLong()));
                assertThat(array.document().shape()).isEqualTo(shape);
                assertThat(array.document().zarrFormat())
                    .isEqualTo(known.path("zarr_format").asInt());
                ArrayChunks chunks = tree.chunks(array);
                long stray = count(chunks.stray());
                assertThat(chunks.present() + stray).isEqualTo(known.path("nchunks").asLong());
                assertThat(count(chunks.missing())).isEqualTo(chunks.total() - chunks.present());
              }
            });
    assertThat(expected).isEmpty();
  }

  private static long count(Iterator<?> items) {
    long count = 0;
    for (; items.hasNext(); items.next()) {
      count++;
    }
    return count;
  }

  @Test
  void oneYearMoreIsAResizeAndFewChunks() {
    Snapshot before = importAll("scenarios/01-time-80.zip");
    Snapshot after = importAll("scenarios/02-time-81.zip");
    List<ZarrChange> changes = diff(before, after);
    assertThat(changes)
        .contains(
            new ZarrChange.ArrayResized(
                ZarrPath.of("/air_temperature"), List.of(80L, 37L, 49L), List.of(81L, 37L, 49L)))
        .filteredOn(ZarrChange.ChunkTotals.class::isInstance)
        .extracting(change -> ((ZarrChange.ChunkTotals) change).path().toString())
        .containsExactly("/air_temperature", "/forecast_period", "/time", "/time_bnds");
    assertThat(changes)
        .filteredOn(ZarrChange.ChunkChanged.class::isInstance)
        .extracting(
            change -> {
              ZarrChange.ChunkChanged chunk = (ZarrChange.ChunkChanged) change;
              return chunk.path() + " " + chunk.coords() + " " + chunk.change().label();
            })
        .contains("/air_temperature [80, 0, 0] added")
        .allMatch(line -> !line.contains("air_temperature") || line.endsWith("[80, 0, 0] added"));
    // The root's consolidated copies change with the arrays; nothing else is told of as a file.
    assertThat(changes)
        .noneMatch(ZarrChange.FileChanged.class::isInstance)
        .filteredOn(ZarrChange.MetadataChanged.class::isInstance)
        .extracting(change -> ((ZarrChange.MetadataChanged) change).field())
        .containsOnly("consolidated_metadata");
    assertThat(summary(changes).keysAdded()).isEqualTo(4);
    assertThat(summary(changes).keysRemoved()).isZero();
  }

  private static ZarrChange.Summary summary(List<ZarrChange> changes) {
    return (ZarrChange.Summary) changes.get(changes.size() - 1);
  }

  @Test
  void threeHundredMonthsMoreAreTwentyFiveChunksOfFormat2() {
    Snapshot before = importAll("hadgem/01-time-300.zip");
    Snapshot after = importAll("hadgem/02-time-600.zip");
    List<ZarrChange> changes = diff(before, after);
    ZarrChange.ChunkTotals temperature =
        changes.stream()
            .filter(ZarrChange.ChunkTotals.class::isInstance)
            .map(ZarrChange.ChunkTotals.class::cast)
            .filter(totals -> totals.path().equals(ZarrPath.of("/tas")))
            .findFirst()
            .orElseThrow();
    assertThat(temperature.added()).isEqualTo(25);
    assertThat(temperature.changed()).isZero();
    assertThat(temperature.removed()).isZero();
    assertThat(changes)
        .filteredOn(ZarrChange.FileChanged.class::isInstance)
        .extracting(change -> ((ZarrChange.FileChanged) change).key().toString())
        .containsExactly(".zmetadata");
    // A document of each resized array and .zmetadata are the only documents among them.
    long chunks = changes.stream().filter(ZarrChange.ChunkChanged.class::isInstance).count();
    long resized = changes.stream().filter(ZarrChange.ArrayResized.class::isInstance).count();
    ZarrChange.Summary summary = summary(changes);
    assertThat(summary.keysAdded() + summary.keysChanged() + summary.keysRemoved())
        .isEqualTo(chunks + resized + 1);
  }

  @Test
  void theOtherScenarioDiffersInValuesAndNotInShape() {
    Snapshot before = importAll("scenarios/05-time-150.zip");
    Snapshot after = importAll("scenarios/branch.zip");
    List<ZarrChange> changes = diff(before, after);
    assertThat(changes)
        .noneMatch(ZarrChange.ArrayResized.class::isInstance)
        .filteredOn(ZarrChange.ChunkTotals.class::isInstance)
        .extracting(
            change -> {
              ZarrChange.ChunkTotals totals = (ZarrChange.ChunkTotals) change;
              return totals.path() + " " + totals.added() + totals.changed() + totals.removed();
            })
        .containsExactly("/air_temperature 0100");
  }

  @Test
  void goingBackIsTheSameDiffTurnedRound() {
    Snapshot before = importAll("nemo/01-time_counter-1.zip");
    Snapshot after = importAll("nemo/02-time_counter-2.zip");
    ZarrChange.Summary there = summary(diff(before, after));
    ZarrChange.Summary back = summary(diff(after, before));
    assertThat(back.keysAdded()).isEqualTo(there.keysRemoved());
    assertThat(back.keysRemoved()).isEqualTo(there.keysAdded()).isPositive();
    assertThat(back.keysChanged()).isEqualTo(there.keysChanged()).isPositive();
  }

  @Test
  void importingAnotherStateAndBackLeavesTheRoot() {
    Snapshot first = importAll("hadgem/01-time-300.zip");
    importAll("hadgem/02-time-600.zip");
    assertThat(importAll("hadgem/01-time-300.zip").manifest()).isEqualTo(first.manifest());
  }

  @Test
  void anExportedZipHasTheBytesOfAnEqualSnapshot() throws IOException {
    Path home = Objects.requireNonNull(directory);
    Snapshot first = importAll("variants-v3/01-plain.zip");
    exporter().run(first, ZarrPath.ROOT, home.resolve("a.zip"));
    try (ImportSource source = ImportSource.open(home.resolve("a.zip"));
        Transaction transaction = repository.repository().begin("main")) {
      ImportReport report =
          new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
              .run(source, transaction);
      assertThat(report.unchanged()).isEqualTo(report.keys());
      assertThat(transaction.commit(CommitInfo.of("again")))
          .isInstanceOf(CommitOutcome.Unchanged.class);
    }
    exporter().run(first, ZarrPath.ROOT, home.resolve("b.zip"));
    assertThat(Files.readAllBytes(home.resolve("a.zip")))
        .isEqualTo(Files.readAllBytes(home.resolve("b.zip")));
  }
}
