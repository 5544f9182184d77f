package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.RepairableBlobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.BackendException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.s3.FaultyBucket.Fate;
import dev.varve.testkit.GeneratedSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What the protocol asks beyond the contracts, seen in the requests and in what is stored. */
class S3RulesTest {
  private static final RefName MAIN = RefName.branch("main");
  private static final Evidence FRESH = new Evidence(1);
  private static final ContentHash TARGET = new ContentHash(1, 2, 3, 4);

  private final MemoryBucket stored = new MemoryBucket();
  private final List<String> requests = new ArrayList<>();
  private final FaultyBucket bucket = new FaultyBucket(stored, (request, key) -> Fate.FINE);
  private final S3Layout layout = new S3Layout("p/");
  private final S3Backend backend = new S3Backend(bucket, layout, MemoryFactory.SETTINGS);

  private static RefChange change(long nonce) {
    return new RefChange(
        MAIN, Optional.of(TARGET), true, new Nonce(7, nonce), "test", "tester", 1000);
  }

  private RefRecord created() {
    RefOutcome outcome = backend.refs().compareAndSet(Optional.empty(), change(1), FRESH);
    return ((RefOutcome.Done) outcome).record();
  }

  private void note() {
    bucket.follow(
        (request, key) -> {
          synchronized (requests) {
            requests.add(request + " " + key);
          }
          return Fate.FINE;
        });
  }

  @Test
  void newRefIsOpenedAndTheChainReadAgainBeforeItIsSet() {
    note();

    RefRecord record = created();

    assertThat(record.number()).isEqualTo(2);
    assertThat(requests)
        .containsExactly(
            "list p/gc/",
            "create " + layout.refRecord(MAIN, 1),
            "list p/gc/",
            "create " + layout.refRecord(MAIN, 2));
    assertThat(backend.refs().read(MAIN, 1).orElseThrow().kind()).isEqualTo(RefRecord.Kind.OPEN);
  }

  @Test
  void commitOnAnExistingRefIsOneRequest() {
    RefRecord record = created();
    note();

    backend.refs().compareAndSet(Optional.of(record), change(2), FRESH);

    assertThat(requests).containsExactly("create " + layout.refRecord(MAIN, 3));
  }

  @Test
  void loserIsToldTheNewestRecordByThreeRequests() {
    RefRecord record = created();
    S3Backend other = new S3Backend(stored, layout, MemoryFactory.SETTINGS);
    RefOutcome won = other.refs().compareAndSet(Optional.of(record), change(2), FRESH);
    note();

    RefOutcome lost = backend.refs().compareAndSet(Optional.of(record), change(3), FRESH);

    assertThat(lost).isEqualTo(new RefOutcome.Lost(Optional.of(((RefOutcome.Done) won).record())));
    assertThat(requests)
        .containsExactlyInAnyOrder(
            "create " + layout.refRecord(MAIN, 3),
            "get " + layout.refRecord(MAIN, 3),
            "list " + layout.ref(MAIN));
  }

  private RefRecord moved(RefName name, int times) {
    Optional<RefRecord> newest = Optional.empty();
    for (int i = 0; i < times; i++) {
      RefChange change = new RefChange(name, Optional.of(TARGET), true, new Nonce(i, 3), "", "", 0);
      newest =
          Optional.of(
              ((RefOutcome.Done) backend.refs().compareAndSet(newest, change, FRESH)).record());
    }
    return newest.orElseThrow();
  }

  @Test
  void refsWithFewRecordsAreReadByOneListingAndARequestEach() {
    RefRecord a = moved(RefName.branch("a"), 3);
    RefRecord b = moved(RefName.branch("b/c"), 2);
    RefRecord tag = moved(RefName.tag("b"), 1);
    S3Backend other = new S3Backend(bucket, layout, MemoryFactory.SETTINGS);
    note();

    assertThat(other.refs().read(List.of(a.name(), tag.name(), b.name())).values())
        .containsExactlyInAnyOrder(a, b, tag);
    assertThat(requests)
        .containsExactlyInAnyOrder(
            "list p/refs/",
            "get " + layout.refRecord(a.name(), a.number()),
            "get " + layout.refRecord(b.name(), b.number()),
            "get " + layout.refRecord(tag.name(), tag.number()));

    requests.clear();
    assertThat(other.refs().list(RefName.Kind.HEADS)).containsExactly(a, b);
    assertThat(requests).hasSize(3).startsWith("list p/refs/heads/");
  }

  @Test
  void refsThatAPageDoesNotShowAreAskedForOneByOne() {
    RefRecord first = moved(RefName.branch("a"), 400);
    RefRecord second = moved(RefName.branch("b"), 700);
    RefRecord third = moved(RefName.branch("c"), 2);
    S3Backend other = new S3Backend(bucket, layout, MemoryFactory.SETTINGS);
    note();

    assertThat(
            other
                .refs()
                .read(List.of(first.name(), second.name(), third.name(), RefName.branch("d"))))
        .hasSize(3)
        .containsEntry(first.name(), first)
        .containsEntry(second.name(), second)
        .containsEntry(third.name(), third);
    assertThat(requests)
        .hasSize(6)
        .contains("list " + layout.ref(third.name()), "list " + layout.ref(RefName.branch("d")));
    assertThat(other.refs().list(RefName.Kind.HEADS)).containsExactly(first, second, third);
  }

  @Test
  void recordThatWasSeenIsNotReadAgain() {
    RefRecord record = created();
    note();

    assertThat(backend.refs().read(MAIN)).contains(record);
    assertThat(backend.refs().recent(MAIN)).contains(record);
    assertThat(requests).containsExactly("list " + layout.ref(MAIN));
  }

  @Test
  void recordOfAnotherIsFoundThoughAnOlderOneWasSeen() {
    RefRecord record = created();
    S3Backend other = new S3Backend(stored, layout, MemoryFactory.SETTINGS);
    RefOutcome won = other.refs().compareAndSet(Optional.of(record), change(2), FRESH);

    assertThat(backend.refs().read(MAIN)).contains(((RefOutcome.Done) won).record());
  }

  @Test
  void raceThatIsKnownToBeLostIsNotRun() {
    RefRecord record = created();
    RefOutcome done = backend.refs().compareAndSet(Optional.of(record), change(2), FRESH);
    note();

    RefOutcome lost = backend.refs().compareAndSet(Optional.of(record), change(3), FRESH);

    assertThat(lost).isEqualTo(new RefOutcome.Lost(Optional.of(((RefOutcome.Done) done).record())));
    assertThat(requests).containsExactly("list " + layout.ref(MAIN));
  }

  @Test
  void fewNamesAreAskedForOneByOneAndManyByListings() {
    List<ContentHash> asked = new ArrayList<>();
    try (BlobWriter writer = backend.blobs().writer(0)) {
      for (int i = 0; i < 2500; i++) {
        ByteBuffer bytes = ByteBuffer.allocate(4).putInt(0, i);
        ContentHash hash = HashAlgorithm.SHA256.hash(bytes);
        if (i % 2 == 0) {
          writer.put(hash, bytes);
        }
        asked.add(hash);
      }
      writer.flush();
    }
    note();

    assertThat(backend.blobs().missing(asked)).hasSize(1250);
    // Two pages tell of 1,250 stored names; then whether copies may be there.
    assertThat(requests).hasSize(3).allMatch(each -> each.startsWith("list "));

    requests.clear();
    assertThat(backend.blobs().missing(asked.subList(0, 20))).hasSize(10);
    assertThat(requests).filteredOn(each -> each.startsWith("length ")).hasSize(20);

    requests.clear();
    // The first page tells of five in six; the rest is nearer one by one.
    assertThat(backend.blobs().missing(asked.subList(0, 80))).hasSize(40);
    assertThat(requests.size()).isBetween(2, 40);
  }

  @Test
  void refLeftOpenByAnotherIsSetByWhoFindsIt() {
    bucket.follow(
        (request, key) ->
            key.equals(layout.refRecord(MAIN, 2)) && request.equals("create")
                ? Fate.REFUSED
                : Fate.FINE);
    assertThatThrownBy(this::created).isInstanceOf(BackendException.class);
    RefRecord open = backend.refs().read(MAIN).orElseThrow();
    assertThat(open.kind()).isEqualTo(RefRecord.Kind.OPEN);
    note();

    RefOutcome outcome = backend.refs().compareAndSet(Optional.of(open), change(5), FRESH);

    assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
    assertThat(requests)
        .containsExactly("list p/gc/", "list p/gc/", "create " + layout.refRecord(MAIN, 2));
  }

  @Test
  void lostAnswersOfARefAreSettledByItsSlot() {
    RefRecord record = created();
    bucket.follow((request, key) -> request.equals("create") ? Fate.APPLIED_BUT_LOST : Fate.FINE);

    RefOutcome outcome = backend.refs().compareAndSet(Optional.of(record), change(2), FRESH);

    assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
    assertThat(stored.keys().stream().filter(key -> key.contains("/refs/"))).hasSize(3);
  }

  @Test
  void refWriteWithoutAnyAnswerIsUnknown() {
    RefRecord record = created();
    bucket.follow((request, key) -> Fate.LOST);

    RefOutcome outcome = backend.refs().compareAndSet(Optional.of(record), change(2), FRESH);

    assertThat(outcome).isInstanceOf(RefOutcome.Unknown.class);
    assertThat(((RefOutcome.Unknown) outcome).attempted().number()).isEqualTo(3);
  }

  @Test
  void whatAServerListsBesideRecordsIsPassedOver() {
    RefRecord record = created();
    stored.place(layout.refRecord(MAIN, 3) + "-0709a555-036b", new byte[] {1});
    stored.place(layout.ref(MAIN) + "0-under-way", new byte[] {1});

    assertThat(backend.refs().read(MAIN)).contains(record);
  }

  @Test
  void collectedRepositoryIsReadAndNotWritten() {
    RefRecord record = created();
    stored.place("p/gc/fffffffffffffffe", new byte[] {1});

    assertThat(backend.refs().read(MAIN)).contains(record);
    assertThatThrownBy(() -> backend.refs().epoch(Optional.empty()))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("epoch 1");
    RefChange other =
        new RefChange(RefName.branch("b"), Optional.of(TARGET), true, new Nonce(1, 1), "", "", 0);
    assertThatThrownBy(() -> backend.refs().compareAndSet(Optional.empty(), other, FRESH))
        .isInstanceOf(UnsupportedFormatException.class);
    assertThat(backend.refs().read(RefName.branch("b"))).isEmpty();
  }

  @Test
  void collectionThatBeginsWhileARefIsOpenedIsSeen() {
    bucket.follow(
        (request, key) -> {
          if (request.equals("create") && key.equals(layout.refRecord(MAIN, 1))) {
            stored.place("p/gc/fffffffffffffffe", new byte[] {1});
          }
          return Fate.FINE;
        });

    assertThatThrownBy(this::created).isInstanceOf(UnsupportedFormatException.class);
    assertThat(backend.refs().read(MAIN).orElseThrow().target()).isEmpty();
  }

  @Test
  void copyIsReadAndFoundAndScannedOnceWherePlainNameIsGone() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
    ContentHash hash = HashAlgorithm.SHA256.hash(bytes);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(hash, bytes);
      writer.flush();
    }
    byte[] object = stored.take(layout.blob(hash));
    stored.place(layout.copies(hash) + "0000000000000002", object);
    stored.place(layout.copies(hash) + "0000000000000005", object);
    stored.place("p/gc/fffffffffffffffe", new byte[] {1});

    try (StoredBlob blob = backend.blobs().open(hash).orElseThrow()) {
      assertThat(blob.read(0, 10)).isEqualTo(bytes);
    }
    assertThat(backend.blobs().missing(Set.of(hash, TARGET))).containsExactly(TARGET);
    List<ContentHash> seen = new ArrayList<>();
    ((ScannableBlobs) backend.blobs()).scan((each, length) -> seen.add(each));
    assertThat(seen).containsExactly(hash);
  }

  @Test
  void smallBlobIsReadWithOneRequest() {
    ByteBuffer bytes = ByteBuffer.allocate(1000);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(TARGET, bytes);
      writer.flush();
    }
    note();

    try (StoredBlob blob = backend.blobs().open(TARGET).orElseThrow()) {
      blob.read(0, 1000);
    }

    assertThat(requests).containsExactly("get " + layout.blob(TARGET));
  }

  @Test
  void failedUploadFailsTheFlushAndTheWriter() {
    bucket.follow((request, key) -> request.equals("create") ? Fate.REFUSED : Fate.FINE);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(TARGET, ByteBuffer.allocate(10));
      assertThatThrownBy(writer::flush)
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cannot store blobs in s3://memory");
      assertThatThrownBy(() -> writer.put(TARGET, ByteBuffer.allocate(10)))
          .isInstanceOf(BackendException.class);
    }
  }

  @Test
  void valueWhosePartsMeetFaultsIsStoredAndNoUploadIsLeft() {
    GeneratedSource value = GeneratedSource.of(3, 3 * Blobs.MAX_WHOLE + 5);
    int[] count = new int[1];
    bucket.follow(
        (request, key) -> {
          synchronized (count) {
            boolean fault = !request.equals("beginParts") && count[0]++ % 2 == 0;
            return fault ? Fate.APPLIED_BUT_LOST : Fate.FINE;
          }
        });
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(value.hash(), value);
      writer.flush();
    }

    try (StoredBlob blob = backend.blobs().open(value.hash()).orElseThrow()) {
      assertThat(blob.length()).isEqualTo(value.length());
    }
    assertThat(stored.openUploads()).isZero();
  }

  /** The join happened, and sent again it finds no upload any more. */
  @Test
  void largeValueIsReplacedThoughTheAnswerToTheJoinWasLost() {
    GeneratedSource value = GeneratedSource.of(3, Blobs.MAX_WHOLE + 5);
    stored.place(layout.blob(value.hash()), new byte[100]);
    AtomicBoolean once = new AtomicBoolean();
    bucket.follow(
        (request, key) ->
            request.equals("joinPartsOver") && once.compareAndSet(false, true)
                ? Fate.APPLIED_BUT_LOST
                : Fate.FINE);

    assertThat(((RepairableBlobs) backend.blobs()).replace(value.hash(), value)).isPresent();

    assertThat(once).isTrue();
    assertThat(new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256).verify("v", value.hash()))
        .isEqualTo(value.length());
  }

  /** Nothing was joined, and it is said. */
  @Test
  void largeValueIsNotTakenForReplacedWhereItsUploadIsGone() {
    GeneratedSource value = GeneratedSource.of(3, Blobs.MAX_WHOLE + 5);
    stored.place(layout.blob(value.hash()), new byte[100]);
    bucket.follow(
        (request, key) -> {
          if (request.equals("joinPartsOver")) {
            stored.dropParts(key, "upload-0");
          }
          return Fate.FINE;
        });

    assertThatThrownBy(() -> ((RepairableBlobs) backend.blobs()).replace(value.hash(), value))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("gone");
  }

  @Test
  void partsOfTheLargestValueAreWithinTheLimitsOfS3() {
    assertThat(PartsUpload.partLength(Blobs.MAX_WHOLE + 1L)).isEqualTo(Blobs.MAX_WHOLE);
    int size = PartsUpload.partLength(Blobs.MAX_VALUE);
    assertThat((Blobs.MAX_VALUE + size - 1) / size).isLessThanOrEqualTo(10_000);
  }
}
