package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.StoredBlob;
import dev.varve.check.CheckProgress;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.repair.Repair;
import dev.varve.repair.RepairEvent;
import dev.varve.repair.RepairOptions;
import dev.varve.repair.RepairReport;
import dev.varve.sync.Sync;
import dev.varve.testkit.Sample;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repositories whose nodes are differences to others: told and repaired where those are damaged.
 */
class DeltaRepairTest {
  private static final int CHUNKS = 320;
  private static final int COMMITS = 12;

  @TempDir Path directory;
  private LmdbBackend backend;
  private Repository repository;
  private Repository early;
  private Repository late;
  private final List<RepairEvent> events = new ArrayList<>();

  @BeforeEach
  void fill() {
    backend = LmdbBackend.create(directory.resolve("repo"));
    repository = create(backend);
    try (Transaction edits = repository.begin("main")) {
      for (int i = 0; i < CHUNKS; i++) {
        edits.put(Key.of("air/c/" + i), Sample.of(i, 50).bytes());
      }
      edits.commit(CommitInfo.of("all"));
    }
    early = copy();
    for (int i = 0; i < COMMITS; i++) {
      try (Transaction edits = repository.begin("main")) {
        edits.put(Key.of("air/c/" + 300), Sample.of(-1 - i, 60).bytes());
        edits.commit(CommitInfo.of("one"));
      }
    }
    late = copy();
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private static Repository create(Backend backend) {
    return Repository.create(
        backend,
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private Repository copy() {
    Repository copy = create(new MemoryBackend());
    new Sync(repository, copy, (objects, bytes) -> {}).run();
    return copy;
  }

  /** The rows of all differences, by base. */
  private Map<ContentHash, List<ContentHash>> deltas() {
    Map<ContentHash, List<ContentHash>> deltas = new TreeMap<>();
    byte[] all = new byte[0];
    backend
        .store()
        .environment()
        .read(() -> "look", txn -> txn.rows(Table.DELTAS, all, all, false, 1000, DeltaRow.MAX_ROW))
        .forEach(
            row -> {
              ContentHash hash = ContentHash.of(row.key());
              ContentHash base = DeltaRow.at(hash, row.bytes()).base();
              deltas.computeIfAbsent(base, none -> new ArrayList<>()).add(hash);
            });
    return deltas;
  }

  /** The base that most stand on. */
  private ContentHash base() {
    return deltas().entrySet().stream()
        .max(Comparator.comparingInt(each -> each.getValue().size()))
        .orElseThrow()
        .getKey();
  }

  private void flip(Table table, ContentHash hash, int... bits) {
    byte[] row =
        backend
            .store()
            .environment()
            .read(() -> "look", txn -> txn.get(table, hash.toBytes(), 1 << 20));
    assertThat(row).isNotNull();
    for (int bit : bits) {
      row[bit / 8] ^= (byte) (1 << bit % 8);
    }
    Collection.in(backend).delete(hash);
    put(table, hash, row);
  }

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    new RepositoryCheck(opened(), 2, each -> findings.add(text(each))).run(CheckScope.EVERYTHING);
    return findings;
  }

  private static String text(Finding finding) {
    return finding.object() + " " + finding.message();
  }

  /** Without what is in memory of before. */
  private Repository opened() {
    return Repository.open(backend, Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  private RepairReport repair(Optional<Repository> from, RepairOptions.Mode mode) {
    events.clear();
    return new Repair(
            backend,
            Environment.system(),
            new RepairOptions(from, mode, RepairOptions.Refs.ALL_HERE, 2),
            events::add,
            CheckProgress.NONE)
        .run();
  }

  private RepairReport repair(Optional<Repository> from) {
    return repair(from, RepairOptions.Mode.MEND);
  }

  /** A repair, which does what its preview told. */
  private RepairReport repairAsTold(Optional<Repository> from) {
    RepairReport told = repair(from, RepairOptions.Mode.PREVIEW);
    List<String> words = told();
    RepairReport done = repair(from);
    assertThat(words).isEqualTo(told());
    assertThat(told).isEqualTo(done);
    return done;
  }

  /**
   * The events without where things are put, and without how what is lost was found: a base that is
   * out of the way is missing.
   */
  private List<String> told() {
    return events.stream()
        .map(
            event -> {
              if (event instanceof RepairEvent.MovedAside moved) {
                return "moved aside " + moved.what() + " " + moved.object();
              }
              return event instanceof RepairEvent.Lost lost
                  ? "lost " + lost.finding().role() + " " + lost.finding().object()
                  : event.toString();
            })
        .sorted()
        .toList();
  }

  private void requireAsBefore() {
    assertThat(findings()).isEmpty();
    assertThat(opened().snapshot("main").manifest()).isEqualTo(late.snapshot("main").manifest());
  }

  @Test
  void commitsStoreDifferencesAndAllOfThemVerify() {
    assertThat(deltas().get(base())).hasSizeGreaterThan(COMMITS / 2);
    requireAsBefore();
  }

  @Test
  void allThatStandOnADamagedBaseIsToldWithIt() {
    ContentHash base = base();
    List<ContentHash> on = deltas().get(base);
    flip(Table.BLOBS, base, 12_345);

    List<String> findings = findings();

    for (ContentHash hash : on) {
      assertThat(findings)
          .anySatisfy(each -> assertThat(each).startsWith(hash + " ").contains(base.toString()));
    }
    assertThat(findings).anySatisfy(each -> assertThat(each).startsWith(base + " "));
  }

  @Test
  void oneFlippedBitOfABaseIsMendedWithAllThatStandsOnIt() {
    ContentHash base = base();
    List<ContentHash> on = deltas().get(base);
    flip(Table.BLOBS, base, 12_345);

    RepairReport report = repairAsTold(Optional.empty());

    assertThat(report.repaired()).isEqualTo(1);
    assertThat(report.movedAside()).isEqualTo(1);
    requireAsBefore();
    assertThat(deltas().get(base)).isEqualTo(on);
  }

  @Test
  void oneFlippedBitOfADifferenceIsMended() {
    for (int bit : new int[] {3, 290, 330, 340, 8 * 60}) {
      // The last one that was mended is whole now.
      ContentHash hash = deltas().get(base()).get(0);
      flip(Table.DELTAS, hash, bit);
      assertThat(findings()).anySatisfy(each -> assertThat(each).startsWith(hash + " "));

      assertThat(repairAsTold(Optional.empty()).repaired()).isEqualTo(1);

      requireAsBefore();
    }
  }

  @Test
  void oneFlippedBitOfADifferenceAndOneOfItsBaseAreMended() {
    ContentHash base = base();
    ContentHash hash = deltas().get(base).get(0);
    flip(Table.BLOBS, base, 12_345);
    flip(Table.DELTAS, hash, 340);

    assertThat(repairAsTold(Optional.empty()).repaired()).isEqualTo(2);

    requireAsBefore();
  }

  @Test
  void aDifferenceThatCannotBeMendedIsTakenAwayAndItsBaseStays() {
    ContentHash base = base();
    ContentHash hash = deltas().get(base).get(0);
    flip(Table.DELTAS, hash, 340, 341, 342);

    RepairReport report = repairAsTold(Optional.empty());

    assertThat(report.lost()).isEqualTo(1);
    assertThat(report.movedAside()).isEqualTo(1);
    assertThat(deltas().get(base)).doesNotContain(hash);
    assertThat(repairAsTold(Optional.of(late)).whole()).isTrue();
    requireAsBefore();
  }

  @Test
  void aCopyThatHasTheBaseAloneMendsAllThatStandsOnIt() {
    for (boolean missing : new boolean[] {false, true}) {
      // It is of before all commits that stand on it.
      ContentHash base =
          deltas().keySet().stream()
              .filter(each -> early.backend().blobs().missing(List.of(each)).isEmpty())
              .findFirst()
              .orElseThrow();
      assertThat(early.backend().blobs().missing(deltas().get(base))).isNotEmpty();
      if (missing) {
        Collection.in(backend).delete(base);
      } else {
        flip(Table.BLOBS, base, 12_345, 99, 50_000);
      }

      RepairReport report = repairAsTold(Optional.of(early));

      assertThat(report.repaired()).isEqualTo(1);
      assertThat(report.whole()).isTrue();
      requireAsBefore();
    }
  }

  @Test
  void aCopyThatHasWhatStandsOnTheBaseMendsTheBaseToo() {
    ContentHash base = base();
    flip(Table.BLOBS, base, 12_345, 99, 50_000);

    assertThat(repairAsTold(Optional.of(late)).repaired()).isEqualTo(1);

    requireAsBefore();
  }

  @Test
  void whatCannotBeMendedYetIsMendedLater() {
    for (Repository from : List.of(late, early)) {
      ContentHash base = base();
      List<ContentHash> on = deltas().get(base);
      flip(Table.BLOBS, base, 12_345, 99, 50_000);

      RepairReport first = repairAsTold(Optional.empty());

      // The damaged base is out of the way, the differences are where they were.
      assertThat(first.whole()).isFalse();
      assertThat(first.movedAside()).isEqualTo(1);
      assertThat(told()).contains("moved aside node " + base);
      assertThat(deltas().get(base)).isEqualTo(on);
      assertThat(repairAsTold(Optional.empty()).movedAside()).isZero();
      assertThat(repairAsTold(Optional.of(from)).whole()).isTrue();
      requireAsBefore();
      fillMore();
    }
  }

  @Test
  void aBaseThatIsADifferenceNowIsReadWhereItIs() {
    ContentHash base = base();
    List<ContentHash> on = deltas().get(base);
    byte[] bytes = bytes(base);
    byte[] near = bytes.clone();
    near[5_000] ^= 1;
    ContentHash other = HashAlgorithm.SHA256.hash(ByteBuffer.wrap(near));
    DeltaRow row = DeltaRow.of(base, bytes, Bases.Base.of(other, near), 0);
    assertThat(row).isNotNull();
    Collection.in(backend).delete(base);
    put(Table.BLOBS, other, near);
    put(Table.DELTAS, base, row.row());
    assertThat(findings()).hasSizeGreaterThanOrEqualTo(on.size());

    assertThat(repairAsTold(Optional.empty()).whole()).isTrue();

    requireAsBefore();
  }

  @Test
  void ringsOfDifferencesAreLostAndTold() {
    ContentHash base = base();
    List<ContentHash> on = deltas().get(base);
    byte[] bytes = bytes(base);
    byte[] over = bytes(on.get(0));
    DeltaRow row = DeltaRow.of(base, bytes, Bases.Base.of(on.get(0), over), 0);
    assertThat(row).isNotNull();
    Collection.in(backend).delete(base);
    put(Table.DELTAS, base, row.row());

    assertThat(repairAsTold(Optional.empty()).whole()).isFalse();
    assertThat(repair(Optional.of(late)).whole()).isTrue();

    requireAsBefore();
  }

  private byte[] bytes(ContentHash hash) {
    try (StoredBlob blob = backend.blobs().open(hash).orElseThrow()) {
      ByteBuffer read = blob.read(0, (int) blob.length());
      byte[] bytes = new byte[read.remaining()];
      read.get(bytes);
      return bytes;
    }
  }

  private void put(Table table, ContentHash hash, byte[] row) {
    backend
        .store()
        .queue()
        .submit(new PutRows(List.of(new PutRows.New(table, hash.toBytes(), ByteBuffer.wrap(row)))));
  }

  private void fillMore() {
    for (int i = 0; i < COMMITS; i++) {
      try (Transaction edits = opened().begin("main")) {
        edits.put(Key.of("air/c/" + 10), Sample.of(-100 - i, 60).bytes());
        edits.commit(CommitInfo.of("more"));
      }
    }
    new Sync(opened(), late, (objects, bytes) -> {}).run();
    new Sync(opened(), early, (objects, bytes) -> {}).run();
  }

  @Test
  void noneAreStoredWhereTheConfigurationDoesNotSaySo() {
    backend.close();
    backend = LmdbBackend.create(directory.resolve("unsaid"));
    backend.createConfig(RepositoryConfig.of(HashAlgorithm.SHA256).withPacks().encode());
    repository = opened();

    for (int i = 0; i < 3; i++) {
      try (Transaction edits = repository.begin("main")) {
        for (int chunk = 0; chunk < (i == 0 ? CHUNKS : 1); chunk++) {
          edits.put(Key.of("air/c/" + chunk), Sample.of(100L * i + chunk, 50).bytes());
        }
        edits.commit(CommitInfo.of("some"));
      }
    }

    assertThat(backend.keepsDeltas()).isTrue();
    assertThat(deltas()).isEmpty();
    assertThat(findings()).isEmpty();
  }

  @Test
  void aCopyToAnotherRepositoryIsWhole() {
    Repository fresh = create(new MemoryBackend());

    new Sync(opened(), fresh, (objects, bytes) -> {}).run();

    List<String> findings = new ArrayList<>();
    new RepositoryCheck(fresh, 2, each -> findings.add(text(each))).run(CheckScope.EVERYTHING);
    assertThat(findings).isEmpty();
  }
}
