package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.ValueSource;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.blob.VerifiedSource;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RepairableBackend;
import dev.varve.ref.RepairableRefs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@link RepairableBackend} and the powers of its stores promise. */
public abstract class RepairableContract extends ContractFixture {
  private static final RefName MAIN = RefName.branch("main");

  private RepairableBlobs blobs() {
    return (RepairableBlobs) backend().blobs();
  }

  private RepairableRefs refs() {
    return (RepairableRefs) backend().refs();
  }

  private static ValueSource proven(Sample sample) {
    return new VerifiedSource(sample.hash(), HashAlgorithm.SHA256, ValueSource.of(sample.bytes()));
  }

  /** Puts bytes under a hash that is not theirs: drivers believe their callers. */
  private void damage(ContentHash hash, ByteBuffer bytes) {
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(hash, bytes);
      writer.flush();
    }
  }

  private ByteBuffer load(ContentHash hash) {
    try (StoredBlob blob = backend().blobs().open(hash).orElseThrow()) {
      return blob.read(0, (int) blob.length());
    }
  }

  @Test
  void replacedBlobIsReadAsItShouldBeAndSaysWhereTheDamageIs() {
    for (int length : new int[] {0, 1, 5000, 300_000}) {
      Sample right = Sample.of(length, length);
      damage(right.hash(), Sample.of(99, 700).bytes());

      assertThat(blobs().replace(right.hash(), proven(right))).get().asString().isNotBlank();

      assertThat(load(right.hash())).isEqualTo(right.bytes());
    }
  }

  @Test
  void replacedBlobsSurviveReopening() {
    Sample right = Sample.of(1, 5000);
    damage(right.hash(), Sample.of(2, 100).bytes());
    blobs().replace(right.hash(), proven(right));

    reopen();

    assertThat(load(right.hash())).isEqualTo(right.bytes());
  }

  @Test
  void absentBlobIsStoredAndNothingIsKept() {
    Sample right = Sample.of(1, 5000);

    assertThat(blobs().replace(right.hash(), proven(right))).isEmpty();

    assertThat(load(right.hash())).isEqualTo(right.bytes());
  }

  @Test
  void replacingTwiceChangesNothing() {
    Sample right = Sample.of(1, 5000);
    damage(right.hash(), Sample.of(2, 100).bytes());

    blobs().replace(right.hash(), proven(right));
    blobs().replace(right.hash(), proven(right));

    assertThat(load(right.hash())).isEqualTo(right.bytes());
  }

  @Test
  void sourceOfOtherBytesReplacesNothing() {
    Sample wanted = Sample.of(1, 5000);
    Sample wrong = Sample.of(2, 5000);
    damage(wanted.hash(), wrong.bytes());
    ValueSource lying =
        new VerifiedSource(wanted.hash(), HashAlgorithm.SHA256, ValueSource.of(wrong.bytes()));

    assertThatThrownBy(() -> blobs().replace(wanted.hash(), lying))
        .isInstanceOf(StoreException.class);

    assertThat(load(wanted.hash())).isEqualTo(wrong.bytes());
  }

  @Test
  void largeValueIsReplacedByAnother() {
    GeneratedSource right = GeneratedSource.of(1, Blobs.MAX_WHOLE + 100_000L);
    GeneratedSource wrong = GeneratedSource.of(2, Blobs.MAX_WHOLE + 90_000L);
    try (BlobWriter writer = backend().blobs().writer(0)) {
      writer.put(right.hash(), wrong);
      writer.flush();
    }

    assertThat(
            blobs()
                .replace(
                    right.hash(), new VerifiedSource(right.hash(), HashAlgorithm.SHA256, right)))
        .isPresent();

    VerifiedBlobs reader = new VerifiedBlobs(backend().blobs(), HashAlgorithm.SHA256);
    assertThat(reader.verify("value", right.hash())).isEqualTo(right.length());
  }

  @Test
  void largeValueIsReplacedWhereASmallOneStands() {
    GeneratedSource right = GeneratedSource.of(1, Blobs.MAX_WHOLE + 100_000L);
    damage(right.hash(), Sample.of(1, 100).bytes());

    blobs().replace(right.hash(), new VerifiedSource(right.hash(), HashAlgorithm.SHA256, right));

    VerifiedBlobs reader = new VerifiedBlobs(backend().blobs(), HashAlgorithm.SHA256);
    assertThat(reader.verify("value", right.hash())).isEqualTo(right.length());
  }

  @Test
  void whatWasMovedAsideIsStoredByTheNextPut() {
    Sample right = Sample.of(1, 5000);
    damage(right.hash(), Sample.of(2, 100).bytes());

    Optional<String> place = blobs().moveAside(right.hash(), blob -> blob.length() == 100);

    assertThat(place.isPresent()).isEqualTo(blobs().takesAway());
    // A store that cannot take a name away leaves all as it is.
    assertThat(backend().blobs().missing(List.of(right.hash())).isEmpty())
        .isEqualTo(place.isEmpty());
    if (place.isPresent()) {
      damage(right.hash(), right.bytes());
      assertThat(load(right.hash())).isEqualTo(right.bytes());
    }
    assertThat(blobs().moveAside(Sample.of(7, 7).hash(), blob -> true)).isEmpty();
  }

  @Test
  void whatSomebodyElseMendedIsNotMovedAside() {
    Sample right = Sample.of(1, 5000);
    damage(right.hash(), right.bytes());

    assertThat(blobs().moveAside(right.hash(), blob -> blob.length() == 100)).isEmpty();

    assertThat(load(right.hash())).isEqualTo(right.bytes());
  }

  private List<RefRecord> commits(int count) {
    List<RefRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RefOutcome outcome =
          backend()
              .refs()
              .compareAndSet(
                  backend().refs().read(MAIN),
                  Changes.to(MAIN, Changes.target(i), i),
                  new Evidence(1));
      records.add(((RefOutcome.Done) outcome).record());
    }
    return records;
  }

  /** Puts damaged bytes in all places of a record. */
  private ByteBuffer damage(RefRecord record) {
    ByteBuffer bytes = RefRecordCodec.encode(record);
    ByteBuffer wrong = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    wrong.put(40, (byte) (wrong.get(40) ^ 1));
    List<Optional<ByteBuffer>> found = refs().stored(MAIN, record.number());
    assertThat(refs().restore(MAIN, record.number(), found, wrong)).isPresent();
    return wrong;
  }

  @Test
  void refsAreNamedAndNumberedWhetherTheyCanBeReadOrNot() {
    assertThat(refs().names(RefName.Kind.HEADS)).isEmpty();
    assertThat(refs().newest(MAIN)).isEmpty();
    RefRecord last = commits(3).get(2);

    damage(last);

    assertThatThrownBy(() -> reopen().refs().read(MAIN)).isInstanceOf(StoreException.class);
    assertThat(refs().names(RefName.Kind.HEADS)).containsExactly(MAIN);
    assertThat(refs().names(RefName.Kind.TAGS)).isEmpty();
    assertThat(refs().newest(MAIN)).hasValue(last.number());
    assertThat(refs().newest(RefName.branch("mai"))).isEmpty();
    assertThat(refs().newest(RefName.branch("main/sub"))).isEmpty();
  }

  @Test
  void refsWhoseNamesBeginAlikeAreToldApart() {
    for (String each : List.of("a", "a/b", "a-b", "a\u00e9", "b")) {
      for (int i = 0; i < 3; i++) {
        RefName name = RefName.branch(each);
        backend()
            .refs()
            .compareAndSet(
                backend().refs().read(name),
                Changes.to(name, Changes.target(i), i),
                new Evidence(1));
      }
    }

    assertThat(refs().names(RefName.Kind.HEADS))
        .extracting(RefName::name)
        .containsExactly("a", "a-b", "a/b", "a\u00e9", "b");
    assertThat(refs().newest(RefName.branch("a/b")))
        .isEqualTo(refs().newest(RefName.branch("a")))
        .isPresent();
  }

  @Test
  void storedRecordsAreShownInEveryPlace() {
    int places = 0;
    for (RefRecord each : commits(3)) {
      places = Math.max(places, refs().stored(MAIN, each.number()).size());
      assertThat(refs().stored(MAIN, each.number()))
          .isNotEmpty()
          .containsOnly(Optional.of(RefRecordCodec.encode(each)));
    }
    // Where it says no, a check compares nothing.
    assertThat(refs().inSeveralPlaces()).isEqualTo(places > 1);
    assertThat(refs().stored(MAIN, 99)).isNotEmpty().containsOnly(Optional.empty());
  }

  @Test
  void restoredRecordIsReadAndTheDamageIsKept() {
    List<RefRecord> records = commits(3);
    for (RefRecord each : records) {
      damage(each);
      List<Optional<ByteBuffer>> found = refs().stored(MAIN, each.number());

      Optional<List<String>> places =
          refs().restore(MAIN, each.number(), found, RefRecordCodec.encode(each));

      assertThat(places).isPresent();
      assertThat(places.get()).isNotEmpty();
    }
    reopen();
    assertThat(backend().refs().read(MAIN)).contains(records.get(2));
    List<RefRecord> log = new ArrayList<>();
    backend().refs().log(MAIN).forEachRemaining(log::add);
    assertThat(log).contains(records.get(0), records.get(1), records.get(2));
  }

  @Test
  void recordThatSomebodyElseMendedIsLeftAsItIs() {
    RefRecord last = commits(2).get(1);
    List<Optional<ByteBuffer>> whole = refs().stored(MAIN, last.number());
    damage(last);

    assertThat(refs().restore(MAIN, last.number(), whole, RefRecordCodec.encode(last))).isEmpty();

    assertThatThrownBy(() -> reopen().refs().read(MAIN)).isInstanceOf(StoreException.class);
  }

  @Test
  void recordCanFollowOneThatCannotBeRead() {
    RefRecord last = commits(2).get(1);
    ByteBuffer wrong = damage(last);
    RefRecord next =
        new RefRecord(
            MAIN,
            last.number() + 1,
            HashAlgorithm.SHA256.hash(wrong),
            RefRecord.Kind.SET,
            Optional.of(Changes.target(7)),
            0,
            1,
            last.number() + 1,
            List.of(),
            new dev.varve.ref.Nonce(1, 1),
            "after damage",
            "tester",
            0);

    assertThat(
            refs()
                .restore(
                    MAIN,
                    next.number(),
                    refs().stored(MAIN, next.number()),
                    RefRecordCodec.encode(next)))
        .isPresent();

    assertThat(backend().refs().read(MAIN)).contains(next);
    assertThat(backend().refs().list(RefName.Kind.HEADS)).containsExactly(next);
    // Nobody gets the number again, and others go on from there.
    assertThat(
            refs().restore(MAIN, next.number(), List.of(Optional.empty()), ByteBuffer.allocate(9)))
        .isEmpty();
    assertThat(
            backend()
                .refs()
                .compareAndSet(
                    Optional.of(next), Changes.to(MAIN, Changes.target(8), 8), new Evidence(1)))
        .isInstanceOf(RefOutcome.Done.class);
  }

  @Test
  void configurationIsReplaced() {
    RepairableBackend repairable = (RepairableBackend) backend();
    assertThat(repairable.replaceConfig(ByteBuffer.wrap(new byte[] {1, 2}))).isEmpty();
    assertThat(repairable.replaceConfig(ByteBuffer.wrap(new byte[] {3}))).isPresent();

    assertThat(reopen().config()).contains(ByteBuffer.wrap(new byte[] {3}));
  }
}
