package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.check.CheckProgress;
import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RepairableBackend;
import dev.varve.ref.RepairableRefs;
import dev.varve.repair.Repair;
import dev.varve.repair.RepairEvent;
import dev.varve.repair.RepairOptions;
import dev.varve.repair.RepairReport;
import dev.varve.sync.Sync;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeContents;
import dev.varve.version.Commit;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Repositories with each kind of damage, repaired from each source, on a {@link RepairableBackend}.
 */
public abstract class RepairContract extends ContractFixture {
  private static final RefName MAIN = RefName.branch("main");
  private static final int CHUNKS = 900;

  private final List<RepairEvent> events = new ArrayList<>();
  private Repository repository;
  private Repository other;
  private ContentHash first;
  private ContentHash second;

  @BeforeEach
  void fill() {
    repository = create(backend());
    try (Transaction tx = repository.begin("main")) {
      tx.put(Key.of("air/zarr.json"), text("{}"));
      for (int i = 0; i < CHUNKS; i++) {
        tx.put(Key.of("air/c/" + i), Sample.of(i, 40 + i % 50).bytes());
      }
      tx.put(Key.of("air/large"), Sample.of(-1, 100_000).bytes());
      first = ((CommitOutcome.Committed) tx.commit(CommitInfo.of("one"))).id();
    }
    second = commit("air/c/7", "seven");
    repository.refs().create(RefName.tag("v1"), first, "test");
    other = create(new MemoryBackend());
    new Sync(repository, other, (objects, bytes) -> {}).run();
  }

  private static Repository create(Backend backend) {
    return Repository.create(
        backend,
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private ContentHash commit(String key, String value) {
    try (Transaction tx = repository.begin("main")) {
      tx.put(Key.of(key), text(value));
      return ((CommitOutcome.Committed) tx.commit(CommitInfo.of("set " + key))).id();
    }
  }

  private RepairReport repair(Optional<Repository> from, RepairOptions.Mode mode) {
    return repair(new RepairOptions(from, mode, RepairOptions.Refs.ALL_HERE, 2));
  }

  private RepairReport repair(RepairOptions options) {
    events.clear();
    return new Repair(backend(), Environment.system(), options, events::add, CheckProgress.NONE)
        .run();
  }

  private RepairReport repair() {
    return repair(Optional.empty(), RepairOptions.Mode.MEND);
  }

  private RepairReport repairFromOther() {
    return repair(Optional.of(other), RepairOptions.Mode.MEND);
  }

  private <E extends RepairEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** All that verification finds, read anew. */
  private List<Finding> verify() {
    List<Finding> findings = new ArrayList<>();
    CheckReport report =
        new RepositoryCheck(reopened(), 1, findings::add).run(CheckScope.EVERYTHING);
    assertThat(report.clean()).isEqualTo(findings.isEmpty());
    return findings;
  }

  private Repository reopened() {
    return Repository.open(backend(), Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  private ByteBuffer bytes(ContentHash hash) {
    try (StoredBlob blob = backend().blobs().open(hash).orElseThrow()) {
      ByteBuffer read = blob.read(0, (int) blob.length());
      return ByteBuffer.allocate(read.remaining()).put(read).flip();
    }
  }

  private void overwrite(ContentHash hash, ByteBuffer bytes) {
    ((RepairableBlobs) backend().blobs()).replace(hash, ValueSource.of(bytes));
  }

  private void flip(ContentHash hash, int... bits) {
    ByteBuffer bytes = bytes(hash);
    for (int bit : bits) {
      bytes.put(bit >> 3, (byte) (bytes.get(bit >> 3) ^ 1 << (bit & 7)));
    }
    overwrite(hash, bytes);
  }

  private void lose(ContentHash hash) {
    factory().lose(backend(), hash);
    assertThat(backend().blobs().missing(List.of(hash))).containsExactly(hash);
  }

  private List<ContentHash> objects() {
    List<ContentHash> all = new ArrayList<>();
    ((ScannableBlobs) backend().blobs()).scan((hash, length) -> all.add(hash));
    return all;
  }

  private ContentHash chunk(int index) {
    Entry entry = reopened().snapshot(first).entry(Key.of("air/c/" + index)).orElseThrow();
    return ((Entry.Blob) entry).hash();
  }

  private static List<NodeContents.Below> children(Repository repository, ContentHash commit) {
    ContentHash root = repository.commit(commit).manifest().chunks();
    return repository.nodes().contents(root).children();
  }

  @Test
  void wholeRepositoryIsLeftAsItIs() {
    TreeMap<ContentHash, ByteBuffer> before = new TreeMap<>();
    objects().forEach(hash -> before.put(hash, bytes(hash)));

    RepairReport report = repair();

    assertThat(report.whole()).isTrue();
    assertThat(events).isEmpty();
    assertThat(report.objects()).isEqualTo(before.size());
    TreeMap<ContentHash, ByteBuffer> after = new TreeMap<>();
    objects().forEach(hash -> after.put(hash, bytes(hash)));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void oneFlippedBitIsFoundAndFlippedBackWithoutAnyCopy() {
    ContentHash root = repository.commit(second).manifest().chunks();
    List<ContentHash> damaged = List.of(chunk(3), first, second, root);
    damaged.forEach(hash -> flip(hash, 77));
    assertThat(verify()).isNotEmpty();

    RepairReport report = repair();

    assertThat(report)
        .extracting(RepairReport::lost, RepairReport::repaired)
        .containsExactly(0L, 4L);
    assertThat(events(RepairEvent.Repaired.class))
        .allMatch(event -> event.source() == RepairEvent.Source.ONE_BIT)
        .extracting(RepairEvent.Repaired::object)
        .containsExactlyInAnyOrderElementsOf(damaged.stream().map(ContentHash::toString).toList());
    assertThat(events(RepairEvent.MovedAside.class)).hasSize(4);
    assertThat(verify()).isEmpty();
  }

  @Test
  void everythingThatIsDamagedLostSwappedOrCutComesBackFromAnotherRepository() {
    List<ContentHash> all = objects();
    for (int i = 3; i < all.size(); i += 4) {
      ContentHash hash = all.get(i);
      switch (i % 5) {
        case 0 -> flip(hash, 3, 9);
        case 1 -> lose(hash);
        case 2 -> overwrite(hash, bytes(hash).slice(0, bytes(hash).remaining() / 2));
        case 3 -> overwrite(hash, bytes(all.get(i - 1)));
        default -> overwrite(hash, text("not at all " + i));
      }
    }

    RepairReport report = repairFromOther();

    assertThat(report.lost()).isZero();
    assertThat(report.repaired()).isEqualTo((all.size() + 0L) / 4);
    assertThat(verify()).isEmpty();
    for (int i = 0; i < CHUNKS; i += 100) {
      assertThat(reopened().snapshot(first).get(Key.of("air/c/" + i)))
          .contains(Sample.of(i, 40 + i % 50).bytes());
    }
  }

  @Test
  void objectsThatStandUnderEachOthersNamesAreExchanged() {
    ContentHash a = chunk(1);
    ContentHash b = chunk(2);
    ContentHash c = chunk(3);
    ByteBuffer bytes = bytes(a);
    overwrite(a, bytes(b));
    overwrite(b, bytes(c));
    overwrite(c, bytes);

    assertThat(repair().whole()).isTrue();

    assertThat(events(RepairEvent.Repaired.class))
        .hasSize(3)
        .allMatch(event -> event.source() == RepairEvent.Source.ELSEWHERE);
    assertThat(verify()).isEmpty();
  }

  @Test
  void emptyTreeNeedsNoCopy() {
    ContentHash empty = repository.nodes().emptyRoot();
    try (Transaction tx = repository.begin("bare")) {
      tx.put(Key.of("zarr.json"), text("{}"));
      tx.commit(CommitInfo.of("documents alone"));
    }
    lose(empty);

    assertThat(repair().whole()).isTrue();

    assertThat(events(RepairEvent.Repaired.class))
        .extracting(RepairEvent.Repaired::source)
        .containsExactly(RepairEvent.Source.FORMAT);
    assertThat(verify()).isEmpty();
  }

  @Test
  void lostValueIsToldByItsKeyAndStoredByTheNextPutOfIt() {
    ContentHash lost = chunk(5);
    flip(lost, 1, 2);

    RepairReport report = repair();

    assertThat(report.lost()).isEqualTo(1);
    Finding finding = events(RepairEvent.Lost.class).get(0).finding();
    assertThat(finding.object()).isEqualTo(lost.toString());
    assertThat(finding.key()).contains(Key.of("air/c/5"));
    boolean taken = !events(RepairEvent.MovedAside.class).isEmpty();
    assertThat(backend().blobs().missing(List.of(lost)).isEmpty()).isEqualTo(!taken);
    if (taken) {
      try (BlobWriter writer = backend().blobs().writer(0)) {
        writer.put(lost, Sample.of(5, 45).bytes());
        writer.flush();
      }
      assertThat(verify()).isEmpty();
    }
  }

  @Test
  void lostNodeIsToldByTheKeysThatItHides() {
    NodeContents.Below before = children(repository, second).get(0);
    NodeContents.Below node = children(repository, second).get(1);
    lose(node.hash());

    assertThat(repair().lost()).isEqualTo(1);

    Finding finding = events(RepairEvent.Lost.class).get(0).finding();
    assertThat(finding.role()).isEqualTo(Finding.Role.NODE);
    assertThat(finding.after()).contains(before.lastKey());
    assertThat(finding.key()).contains(node.lastKey());
  }

  @Test
  void lostCommitIsToldWithTheNewestStateThatCanBeRead() {
    lose(second);

    assertThat(repair().lost()).isEqualTo(1);

    RepairEvent.Lost lost = events(RepairEvent.Lost.class).get(0);
    assertThat(lost.finding().object()).isEqualTo(second.toString());
    assertThat(lost.remains()).hasSize(1);
    assertThat(lost.remains().get(0).ref()).isEqualTo(MAIN);
    assertThat(lost.remains().get(0).commit()).isEqualTo(first);
    // The branch still says what it was told to hold.
    assertThat(backend().refs().read(MAIN).orElseThrow().target()).contains(second);
  }

  @Test
  void previewTellsWhatWouldBeDoneAndChangesNothing() {
    List<ContentHash> path =
        List.of(second, repository.commit(second).manifest().chunks(), chunk(9), chunk(10));
    path.forEach(hash -> flip(hash, 5, 6));
    damageRecord(backend().refs().read(MAIN).orElseThrow().number(), 100);
    TreeMap<ContentHash, ByteBuffer> before = new TreeMap<>();
    objects().forEach(hash -> before.put(hash, bytes(hash)));

    RepairReport told = repair(Optional.of(other), RepairOptions.Mode.PREVIEW);

    TreeMap<ContentHash, ByteBuffer> after = new TreeMap<>();
    objects().forEach(hash -> after.put(hash, bytes(hash)));
    assertThat(after).isEqualTo(before);
    RepairReport done = repairFromOther();
    assertThat(told.repaired()).isEqualTo(done.repaired()).isEqualTo(5);
    assertThat(told.lost()).isEqualTo(done.lost()).isZero();
    assertThat(told.movedAside()).isEqualTo(done.movedAside()).isGreaterThanOrEqualTo(5);
    assertThat(verify()).isEmpty();
  }

  /** The events in words, without where things were put, which a preview cannot know. */
  private List<String> told() {
    return events.stream()
        .map(
            event ->
                event instanceof RepairEvent.MovedAside moved
                    ? "moved aside " + moved.what() + " " + moved.object()
                    : event.toString())
        .sorted()
        .toList();
  }

  /** Damage that has no copy anywhere: of what is lost some stores take away what stands there. */
  @Test
  void previewTellsOfLostObjectsWhatTheRepairThenDoes() {
    GeneratedSource large = GeneratedSource.of(1, Blobs.MAX_WHOLE + 5000L);
    try (Transaction tx = repository.begin("main")) {
      tx.put(Key.of("huge"), large);
      tx.commit(CommitInfo.of("huge"));
    }
    overwrite(large.hash(), text("something else"));
    ((RepairableBlobs) backend().blobs())
        .replace(chunk(9), GeneratedSource.of(2, Blobs.MAX_WHOLE + 4000L));
    flip(chunk(10), 5, 6);
    flip(chunk(11), 5);
    lose(chunk(12));
    lose(children(repository, second).get(1).hash());

    repair(Optional.empty(), RepairOptions.Mode.PREVIEW);
    List<String> told = told();
    repair();

    assertThat(told).isEqualTo(told()).isNotEmpty();
  }

  /** A rebuilt store lacks refs; they are made as in the other repository, and read through. */
  @Test
  void previewOfRefsThatAreMadeAnewLooksAtWhatTheyHold() {
    ContentHash elsewhere;
    try (Transaction tx = other.begin("main")) {
      tx.put(Key.of("air/c/7"), text("elsewhere"));
      elsewhere = ((CommitOutcome.Committed) tx.commit(CommitInfo.of("elsewhere"))).id();
    }
    other.refs().create(RefName.branch("side"), elsewhere, "test");

    RepairReport told = lacking(RepairOptions.Mode.PREVIEW);
    List<String> words = told();
    assertThat(backend().refs().read(RefName.branch("side"))).isEmpty();
    RepairReport done = lacking(RepairOptions.Mode.MEND);

    assertThat(words).isEqualTo(told());
    assertThat(told).isEqualTo(done);
    assertThat(reopened().snapshot("side").get(Key.of("air/c/7"))).contains(text("elsewhere"));
  }

  private RepairReport lacking(RepairOptions.Mode mode) {
    return repair(new RepairOptions(Optional.of(other), mode, RepairOptions.Refs.MAY_LACK, 2));
  }

  @Test
  void repairingAgainDoesNothingMore() {
    flip(chunk(1), 1, 2);
    flip(chunk(2), 1);
    lose(chunk(3));
    repair();
    long lost = verify().size();

    RepairReport again = repair();

    assertThat(again.lost()).isEqualTo(lost).isEqualTo(2);
    assertThat(again.repaired()).isZero();
  }

  private void damageRecord(long number, int... bits) {
    RepairableRefs refs = (RepairableRefs) backend().refs();
    List<Optional<ByteBuffer>> found = refs.stored(MAIN, number);
    ByteBuffer stored = found.get(0).orElseThrow();
    ByteBuffer wrong = ByteBuffer.allocate(stored.remaining()).put(stored.duplicate()).flip();
    for (int bit : bits) {
      wrong.put(bit >> 3, (byte) (wrong.get(bit >> 3) ^ 1 << (bit & 7)));
    }
    assertThat(refs.restore(MAIN, number, found, wrong)).isPresent();
  }

  private RefRecord head() {
    return backend().refs().read(MAIN).orElseThrow();
  }

  @Test
  void recordWithOneFlippedBitIsItselfAgain() {
    RefRecord head = head();
    RefRecord before = backend().refs().read(MAIN, head.number() - 1).orElseThrow();
    damageRecord(head.number(), 500);
    damageRecord(before.number(), 501);
    assertThat(verify()).isNotEmpty();

    assertThat(repair().whole()).isTrue();

    assertThat(head()).isEqualTo(head);
    assertThat(backend().refs().read(MAIN, before.number())).contains(before);
    assertThat(verify()).isEmpty();
  }

  @Test
  void newestRecordThatNothingProvesIsFollowedByOneThatNamesTheOnlyCommitItCanHaveHeld() {
    RefRecord head = head();
    damageRecord(head.number(), 500, 600, 700);

    RepairReport report = repair();

    assertThat(report.lost()).isEqualTo(1);
    assertThat(head().number()).isEqualTo(head.number() + 1);
    assertThat(head().target()).contains(second);
    assertThat(reopened().snapshot("main").get(Key.of("air/c/7"))).contains(text("seven"));
    // The branch works; that a record is lost stays on record.
    assertThat(verify()).hasSize(1);
    repository = reopened();
    commit("air/c/8", "eight");
    assertThat(repair().lost()).isEqualTo(1);
  }

  @Test
  void newestRecordThatNothingProvesIsFollowedByWhatTheOtherRepositoryHolds() {
    commit("air/c/8", "eight");
    ContentHash third = head().target().orElseThrow();
    new Sync(repository, other, (objects, bytes) -> {}).run();
    damageRecord(head().number(), 500, 600, 700);
    lose(third);

    RepairReport report = repairFromOther();

    assertThat(report.lost()).isEqualTo(1);
    assertThat(head().target()).contains(third);
    assertThat(reopened().snapshot("main").get(Key.of("air/c/8"))).contains(text("eight"));
  }

  /** The configuration after its repair, and what the report calls it. */
  private String repairedConfig(ByteBuffer damaged) {
    ((RepairableBackend) backend()).replaceConfig(damaged);
    assertThat(repair().whole()).isTrue();
    return events(RepairEvent.Repaired.class).get(0).what();
  }

  @Test
  void aConfigurationForOneWriterStaysOneWhereAnythingTells() {
    ByteBuffer many = backend().config().orElseThrow();
    ByteBuffer single =
        RepositoryConfig.of(HashAlgorithm.SHA256).forSingleWriter().in(backend()).encode();
    for (int bytes = 1; bytes < 6; bytes++) {
      ByteBuffer damaged = ByteBuffer.allocate(single.remaining()).put(single.duplicate()).flip();
      for (int i = 0; i < bytes; i++) {
        // Within the feature's name, which ends 34 bytes before the end.
        damaged.put(damaged.limit() - 36 - 2 * i, (byte) 7);
      }
      assertThat(repairedConfig(damaged)).contains("for one writer at a time");
      assertThat(backend().config()).contains(single);
    }

    ByteBuffer cut = single.duplicate().limit(10);
    assertThat(repairedConfig(cut)).contains("for many writers").contains("--single-writer");
    assertThat(backend().config()).contains(many);
  }

  @Test
  void damagedConfigurationIsWrittenAnew() {
    ByteBuffer right = backend().config().orElseThrow();
    ((RepairableBackend) backend()).replaceConfig(text("nothing of a configuration"));

    assertThat(repair().whole()).isTrue();

    assertThat(backend().config()).contains(right);
    assertThat(verify()).isEmpty();
  }

  @Test
  void damagedLargeValueComesBack() {
    GeneratedSource large = GeneratedSource.of(1, Blobs.MAX_WHOLE + 5000L);
    for (Repository each : List.of(repository, other)) {
      try (Transaction tx = each.begin("main")) {
        tx.put(Key.of("huge"), large);
        tx.commit(CommitInfo.of("huge"));
      }
    }
    ((RepairableBlobs) backend().blobs())
        .replace(large.hash(), GeneratedSource.of(2, Blobs.MAX_WHOLE + 4000L));
    assertThat(verify()).hasSize(1);

    assertThat(repairFromOther().whole()).isTrue();

    assertThat(verify()).isEmpty();
  }

  @Test
  void chainOfLostCommitsComesBackInOneRun() {
    List<ContentHash> commits = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      commits.add(commit("air/c/" + i, "new " + i));
    }
    new Sync(repository, other, (objects, bytes) -> {}).run();
    for (ContentHash each : commits) {
      Commit commit = repository.commit(each);
      lose(each);
      if (backend().blobs().missing(List.of(commit.manifest().chunks())).isEmpty()) {
        lose(commit.manifest().chunks());
      }
    }

    assertThat(repairFromOther().whole()).isTrue();

    assertThat(verify()).isEmpty();
  }
}
