package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.check.CheckProgress;
import dev.varve.error.BackendException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RepairableRefs;
import dev.varve.repair.Repair;
import dev.varve.repair.RepairEvent;
import dev.varve.repair.RepairOptions;
import dev.varve.repair.RepairReport;
import dev.varve.sync.Sync;
import dev.varve.testkit.FaultyBackend;
import dev.varve.version.Repository;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A record of another repository is put in the place of ours only where something proves it. */
class RecordRepairTest {
  private static final RefName MAIN = RefName.branch("main");

  private final MemoryBackend ours = new MemoryBackend();
  private final List<RepairEvent> events = new ArrayList<>();
  private Repository repository = Stores.create(new MemoryBackend(), 1);

  @BeforeEach
  void create() {
    repository = Stores.create(ours, 1);
  }

  private RepairReport repair(Repository other) {
    return repair(other, RepairOptions.Mode.MEND, RepairOptions.Refs.ALL_HERE);
  }

  private RepairReport repair(Repository other, RepairOptions.Mode mode, RepairOptions.Refs refs) {
    events.clear();
    return new Repair(
            ours,
            new Ticking(9),
            new RepairOptions(Optional.of(other), mode, refs, 1),
            events::add,
            CheckProgress.NONE)
        .run();
  }

  /** Byte for byte, as a copy of the files is. */
  private static MemoryBackend copy(MemoryBackend from) {
    MemoryBackend copy = new MemoryBackend();
    copy.createConfig(from.config().orElseThrow());
    copy.contents().putAll(from.contents());
    RepairableRefs refs = (RepairableRefs) copy.refs();
    for (int i = 1; i <= from.records(MAIN).size(); i++) {
      refs.restore(MAIN, i, List.of(Optional.empty()), from.records(MAIN).get(i - 1));
    }
    return copy;
  }

  private static ContentHash commit(Repository repository, String value) {
    return Stores.commit(repository, "main", "a/c/0", value).id();
  }

  /** Some bits near the end, in the digest: all else can still be told, but not proved. */
  private ByteBuffer damage(int number) {
    return damage(number, ours.records(MAIN).get(number - 1).remaining() - ContentHash.BYTES);
  }

  private ByteBuffer damage(int number, int from) {
    ByteBuffer whole = ours.records(MAIN).get(number - 1);
    ByteBuffer wrong = ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
    for (int i = 0; i < 3; i++) {
      wrong.put(from + 3 * i, (byte) (wrong.get(from + 3 * i) ^ 0x55));
    }
    ours.records(MAIN).set(number - 1, wrong);
    return wrong.asReadOnlyBuffer();
  }

  private RefRecord head() {
    return ours.refs().read(MAIN).orElseThrow();
  }

  private List<String> toldLost() {
    return events.stream()
        .filter(RepairEvent.Lost.class::isInstance)
        .map(event -> ((RepairEvent.Lost) event).finding().object())
        .toList();
  }

  @Test
  void firstRecordOfACloneIsNotReplacedByTheFirstOfItsOrigin() {
    Repository origin = Stores.create(new MemoryBackend(), 2);
    commit(origin, "one");
    commit(origin, "two");
    ContentHash newest = commit(origin, "three");
    new Sync(origin, repository, (objects, bytes) -> {}).run();
    assertThat(head().number()).isEqualTo(1);
    ByteBuffer damaged = damage(1);

    RepairReport report = repair(origin);

    assertThat(report.lost()).isEqualTo(1);
    assertThat(ours.records(MAIN).get(0)).isEqualTo(damaged);
    assertThat(head().number()).isEqualTo(2);
    assertThat(head().target()).contains(newest);
  }

  @Test
  void recordBeforeALostOneIsNotTakenFromACopyThatPartedThere() {
    commit(repository, "one");
    Repository other = Stores.open(copy(ours), 2);
    ContentHash theirs = commit(other, "their two");
    commit(other, "their three");
    commit(repository, "our two");
    ContentHash newest = commit(repository, "our three");
    List<ByteBuffer> damaged = List.of(damage(2), damage(3));

    RepairReport report = repair(other);

    assertThat(report.lost()).isEqualTo(2);
    assertThat(ours.records(MAIN).subList(1, 3)).isEqualTo(damaged);
    assertThat(head().number()).isEqualTo(4);
    assertThat(head().target()).isPresent().get().isNotEqualTo(theirs);
    // Whatever the branch holds now, the commit that it held is named.
    assertThat(events.toString()).contains(newest.toString());
  }

  @Test
  void newestRecordIsNotTakenFromACopyThatPartedThere() {
    commit(repository, "one");
    Repository other = Stores.open(copy(ours), 2);
    commit(other, "their two");
    ContentHash newest = commit(repository, "our two");
    ByteBuffer damaged = damage(2);

    RepairReport report = repair(other);

    assertThat(report.lost()).isEqualTo(1);
    assertThat(toldLost()).containsExactly("heads/main record 2");
    assertThat(ours.records(MAIN).get(1)).isEqualTo(damaged);
    assertThat(head().number()).isEqualTo(3);
    assertThat(events.toString()).contains(newest.toString());
  }

  @Test
  void newestRecordComesBackFromACopyOfTheFilesByItsNonce() {
    commit(repository, "one");
    commit(repository, "two");
    RefRecord head = head();
    Repository other = Stores.open(copy(ours), 2);
    damage(2);

    assertThat(repair(other).whole()).isTrue();

    assertThat(head()).isEqualTo(head);
  }

  @Test
  void newestRecordWhoseNonceIsLostIsNotTakenFromACopyOfTheFiles() {
    commit(repository, "one");
    ContentHash newest = commit(repository, "two");
    Repository other = Stores.open(copy(ours), 2);
    ByteBuffer damaged = ByteBuffer.allocate(400);
    ours.records(MAIN).set(1, damaged);

    assertThat(repair(other).lost()).isEqualTo(1);

    assertThat(ours.records(MAIN).get(1)).isEqualTo(damaged);
    assertThat(head().number()).isEqualTo(3);
    assertThat(head().target()).contains(newest);
  }

  @Test
  void olderRecordsAreProvedOneByTheOther() {
    commit(repository, "one");
    commit(repository, "two");
    commit(repository, "three");
    MemoryBackend copy = copy(ours);
    for (int number = 1; number <= 2; number++) {
      ours.records(MAIN).set(number - 1, ByteBuffer.allocate(300));
    }

    assertThat(repair(Stores.open(copy, 2)).whole()).isTrue();

    assertThat(ours.records(MAIN)).isEqualTo(copy.records(MAIN));
  }

  @Test
  void outageOfTheOtherRepositoryIsNotTakenForALossThere() {
    commit(repository, "one");
    commit(repository, "two");
    MemoryBackend theirs = new MemoryBackend();
    new Sync(repository, Stores.create(theirs, 2), (objects, bytes) -> {}).run();
    ContentHash newest = head().target().orElseThrow();
    MemoryBackend before = copy(ours);
    boolean failed = true;
    for (int n = 1; failed; n++) {
      ours.contents().putAll(before.contents());
      ours.contents().remove(newest);
      ours.records(MAIN).clear();
      ours.records(MAIN).addAll(before.records(MAIN));
      damage(2);
      FaultyBackend faulty = new FaultyBackend(theirs);
      Repository other = Stores.open(faulty, 3);
      faulty.failAt(n);
      failed = fails(other);
      if (failed) {
        faulty.heal();
        assertThat(repair(other).lost()).as("after failure %d", n).isEqualTo(1);
      }
      assertThat(head().target()).as("after failure %d", n).contains(newest);
    }
  }

  private boolean fails(Repository other) {
    try {
      repair(other);
      return false;
    } catch (BackendException outage) {
      return true;
    }
  }

  @Test
  void recordOfALaterVersionIsNeitherLostNorFollowed() {
    commit(repository, "one");
    commit(repository, "two");
    ByteBuffer later = ofALaterVersion(ours.records(MAIN).get(1));
    ours.records(MAIN).set(1, later);

    assertThatThrownBy(() -> repair(Stores.create(new MemoryBackend(), 2)))
        .isInstanceOf(UnsupportedFormatException.class);

    assertThat(ours.records(MAIN)).hasSize(2).last().isEqualTo(later);
  }

  /** The version, a byte after four, raised, and the digest made right. */
  private static ByteBuffer ofALaterVersion(ByteBuffer record) {
    byte[] body = new byte[record.remaining() - ContentHash.BYTES];
    record.duplicate().get(body);
    body[4] = 9;
    return new ByteWriter()
        .raw(ByteBuffer.wrap(body))
        .hash(HashAlgorithm.SHA256.hash(ByteBuffer.wrap(body)))
        .toBuffer();
  }
}
