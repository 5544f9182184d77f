package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Evidence;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What {@link RefStore} promises to one thread. {@link RefNamesContract} tries names, {@link
 * RefThreadsContract} several threads.
 */
public abstract class RefStoreContract extends ContractFixture {
  private static final RefName MAIN = RefName.branch("main");
  private static final Evidence GOOD = new Evidence(1L << 40);

  private RefStore refs() {
    return backend().refs();
  }

  private RefOutcome set(Optional<RefRecord> expected, RefChange change) {
    return refs().compareAndSet(expected, change, GOOD);
  }

  /** Writes after what is newest, and expects to succeed. */
  private RefRecord next(RefChange change) {
    RefOutcome outcome = set(refs().read(change.name()), change);
    assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
    return ((RefOutcome.Done) outcome).record();
  }

  private static List<RefRecord> all(Iterator<RefRecord> log) {
    List<RefRecord> records = new ArrayList<>();
    log.forEachRemaining(records::add);
    return records;
  }

  /** The number of the record of a ref's {@code change}-th change. */
  private long number(long change) {
    return change + factory().openingRecords();
  }

  /** The numbers of all records of a ref that was changed so often, the newest first. */
  private List<Long> numbersDownFrom(long change) {
    return LongStream.iterate(number(change), n -> n >= 1, n -> n - 1).boxed().toList();
  }

  /** The records of a ref's changes, without those that opened it; the newest first. */
  private List<RefRecord> changes(Iterator<RefRecord> log) {
    List<RefRecord> records = all(log);
    return records.subList(0, records.size() - factory().openingRecords());
  }

  @Test
  void refThatNeverWasIsEmptyEverywhere() {
    assertThat(refs().read(MAIN)).isEmpty();
    assertThat(refs().read(MAIN, 1)).isEmpty();
    assertThat(refs().list(RefName.Kind.HEADS)).isEmpty();
    assertThat(refs().log(MAIN).hasNext()).isFalse();
    assertThatThrownBy(() -> refs().log(MAIN).next()).isInstanceOf(NoSuchElementException.class);
    assertThat(refs().epoch(Optional.empty())).isZero();
  }

  @Test
  void firstChangeSaysWhatWasAsked() {
    RefChange change = Changes.to(MAIN, Changes.target(1), 1);

    RefRecord record = next(change);

    assertThat(record.name()).isEqualTo(MAIN);
    assertThat(record.number()).isEqualTo(number(1));
    assertThat(record.previous()).isEqualTo(digestBefore(record));
    assertThat(record.kind()).isEqualTo(RefRecord.Kind.SET);
    assertThat(record.target()).contains(Changes.target(1));
    assertThat(record.epoch()).isZero();
    assertThat(record.floor()).isEqualTo(1);
    assertThat(record.base()).isEqualTo(number(1));
    assertThat(record.horizon()).isEmpty();
    assertThat(record.nonce()).isEqualTo(change.nonce());
    assertThat(record.reason()).isEqualTo(change.reason());
    assertThat(record.who()).isEqualTo(change.who());
    assertThat(record.timeMillis()).isEqualTo(change.timeMillis());
    assertThat(refs().read(MAIN)).contains(record);
  }

  @Test
  void recordsAreNumberedWithoutAGapAndLinkedAndAllStayReadable() {
    List<RefRecord> written = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      written.add(next(Changes.to(MAIN, Changes.target(i), i)));
    }

    for (int i = 1; i <= 20; i++) {
      RefRecord record = refs().read(MAIN, number(i)).orElseThrow();
      assertThat(record).isEqualTo(written.get(i - 1));
      assertThat(record.number()).isEqualTo(number(i));
      assertThat(record.previous()).isEqualTo(digestBefore(record));
    }
    assertThat(refs().read(MAIN)).contains(written.get(19));
    assertThat(refs().read(MAIN, number(21))).isEmpty();
    assertThat(refs().read(MAIN, 0)).isEmpty();
    assertThat(refs().read(MAIN, -1)).isEmpty();
  }

  private ContentHash digestBefore(RefRecord record) {
    return record.number() == 1
        ? ContentHash.ZERO
        : RefRecordCodec.digest(refs().read(MAIN, record.number() - 1).orElseThrow());
  }

  @Test
  void expectedMustBeTheNewestRecord() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));
    RefChange third = Changes.to(MAIN, Changes.target(3), 3);

    assertThat(set(Optional.of(first), third)).isEqualTo(new RefOutcome.Lost(Optional.of(second)));
    assertThat(set(Optional.empty(), third)).isEqualTo(new RefOutcome.Lost(Optional.of(second)));

    assertThat(refs().read(MAIN)).contains(second);
    assertThat(refs().read(MAIN, number(3))).isEmpty();
  }

  @Test
  void expectedRecordOfARefThatNeverWasLoses() {
    RefName other = RefName.branch("other");
    RefRecord record = next(Changes.to(other, Changes.target(1), 1));

    assertThat(set(Optional.of(record), Changes.to(MAIN, Changes.target(2), 2)))
        .isEqualTo(new RefOutcome.Lost(Optional.empty()));
    assertThat(refs().read(MAIN)).isEmpty();
  }

  @Test
  void equalTargetDoesNotMakeAnOldRecordTheNewest() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    next(Changes.to(MAIN, Changes.target(2), 2));
    RefRecord third = next(Changes.aside(MAIN, Changes.target(1), 3));

    assertThat(set(Optional.of(first), Changes.to(MAIN, Changes.target(4), 4)))
        .isEqualTo(new RefOutcome.Lost(Optional.of(third)));
  }

  @Test
  void deletionIsARecordWithoutATarget() {
    next(Changes.to(MAIN, Changes.target(1), 1));

    RefRecord deleted = next(Changes.delete(MAIN, 2));

    assertThat(deleted.number()).isEqualTo(number(2));
    assertThat(deleted.kind()).isEqualTo(RefRecord.Kind.SET);
    assertThat(deleted.target()).isEmpty();
    assertThat(refs().read(MAIN)).contains(deleted);
    assertThat(refs().list(RefName.Kind.HEADS)).containsExactly(deleted);
  }

  @Test
  void refMadeAgainGoesOnWithItsNumbers() {
    next(Changes.to(MAIN, Changes.target(1), 1));
    RefRecord deleted = next(Changes.delete(MAIN, 2));

    assertThat(set(Optional.empty(), Changes.to(MAIN, Changes.target(3), 3)))
        .isEqualTo(new RefOutcome.Lost(Optional.of(deleted)));
    RefRecord again = next(Changes.to(MAIN, Changes.target(3), 3));

    assertThat(again.number()).isEqualTo(number(3));
    assertThat(again.base()).isEqualTo(number(3));
    assertThat(all(refs().log(MAIN)).stream().map(RefRecord::number).toList())
        .isEqualTo(numbersDownFrom(3));
  }

  @Test
  void baseIsKeptByForwardMovesAndBeginsAnewByOthers() {
    assertThat(next(Changes.to(MAIN, Changes.target(1), 1)).base()).isEqualTo(number(1));
    assertThat(next(Changes.to(MAIN, Changes.target(2), 2)).base()).isEqualTo(number(1));
    assertThat(next(Changes.aside(MAIN, Changes.target(3), 3)).base()).isEqualTo(number(3));
    assertThat(next(Changes.to(MAIN, Changes.target(4), 4)).base()).isEqualTo(number(3));
    assertThat(next(Changes.to(MAIN, Changes.target(5), 5)).base()).isEqualTo(number(3));
    assertThat(next(Changes.delete(MAIN, 6)).base()).isEqualTo(number(6));
  }

  @Test
  void floorAndHorizonAreKept() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));

    assertThat(second.floor()).isEqualTo(first.floor()).isEqualTo(1);
    assertThat(second.horizon()).isEqualTo(first.horizon()).isEmpty();
  }

  @Test
  void logGoesFromTheNewestRecordDownToTheFloor() {
    List<RefRecord> written = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      written.add(0, next(Changes.to(MAIN, Changes.target(i), i)));
    }

    Iterator<RefRecord> log = refs().log(MAIN);

    assertThat(changes(log)).isEqualTo(written);
    assertThat(log.hasNext()).isFalse();
    assertThatThrownBy(log::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void logIsOfTheMomentItWasAskedFor() {
    next(Changes.to(MAIN, Changes.target(1), 1));
    next(Changes.to(MAIN, Changes.target(2), 2));

    Iterator<RefRecord> log = refs().log(MAIN);
    next(Changes.to(MAIN, Changes.target(3), 3));

    assertThat(all(log).stream().map(RefRecord::number).toList()).isEqualTo(numbersDownFrom(2));
  }

  @Test
  void recordsSurviveReopening() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));

    RefStore again = reopen().refs();

    assertThat(again.read(MAIN)).contains(second);
    assertThat(changes(again.log(MAIN))).containsExactly(second, first);
    assertThat(again.list(RefName.Kind.HEADS)).containsExactly(second);
  }

  @Test
  void severalRefsAreReadAtOnce() {
    RefName tag = RefName.tag("v1");
    RefName within = RefName.branch("main/within");
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));
    RefRecord tagged = next(Changes.to(tag, Changes.target(1), 3));
    RefRecord below = next(Changes.to(within, Changes.target(3), 4));

    assertThat(first.number()).isLessThan(second.number());
    assertThat(refs().read(List.of())).isEmpty();
    assertThat(refs().read(List.of(MAIN))).containsExactly(Map.entry(MAIN, second));
    assertThat(reopen().refs().read(List.of(tag, RefName.branch("never"), within, MAIN)))
        .containsOnly(Map.entry(MAIN, second), Map.entry(tag, tagged), Map.entry(within, below));
  }

  @Test
  void whatARecordCarriesIsKept() {
    RefChange plain = Changes.to(MAIN, Changes.target(1), 1);
    List<ByteBuffer> carried =
        List.of(ByteBuffer.wrap(new byte[4096]), ByteBuffer.wrap(new byte[] {1, 2, 3}));
    RefChange change =
        new RefChange(
            MAIN,
            plain.target(),
            true,
            plain.nonce(),
            plain.reason(),
            plain.who(),
            plain.timeMillis(),
            carried);

    RefRecord record = next(change);
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));

    assertThat(record.carried()).isEqualTo(carried);
    assertThat(refs().read(MAIN, number(1))).contains(record);
    assertThat(second.previous()).isEqualTo(RefRecordCodec.digest(record));
    assertThat(second.carried()).isEmpty();
    assertThat(changes(reopen().refs().log(MAIN))).containsExactly(second, record);
  }

  @Test
  void aRefThatWasExpectedIsReadAsItIs() {
    refs().expect(MAIN);
    assertThat(refs().read(MAIN)).isEmpty();

    refs().expect(MAIN);
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    assertThat(refs().read(MAIN)).contains(first);

    refs().expect(RefName.branch("another"));
    assertThat(refs().read(MAIN)).contains(first);

    RefStore again = reopen().refs();
    again.expect(MAIN);
    assertThat(again.read(MAIN)).contains(first);
  }

  @Test
  void longTextsAreKept() {
    RefChange change =
        new RefChange(
            MAIN,
            Optional.of(Changes.target(1)),
            true,
            Changes.to(MAIN, Changes.target(1), 1).nonce(),
            "why \u00e9 \ud83c\udf0a ".repeat(400),
            "who ".repeat(300),
            Long.MAX_VALUE);

    RefRecord record = next(change);
    RefRecord second = next(Changes.to(MAIN, Changes.target(2), 2));

    assertThat(refs().read(MAIN, number(1))).contains(record);
    assertThat(record.reason()).isEqualTo(change.reason());
    assertThat(second.previous()).isEqualTo(RefRecordCodec.digest(record));
  }

  @Test
  void evidenceBelowTheEpochIsOvertaken() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    RefChange change = Changes.to(MAIN, Changes.target(2), 2);

    assertThat(refs().compareAndSet(Optional.of(first), change, new Evidence(-1)))
        .isEqualTo(new RefOutcome.Overtaken(0));

    assertThat(refs().read(MAIN)).contains(first);
    assertThat(refs().compareAndSet(Optional.of(first), change, new Evidence(0)))
        .isInstanceOf(RefOutcome.Done.class);
  }

  @Test
  void epochOfACollectionIsWrittenIntoRecordsAndOvertakesOldEvidence() {
    RefRecord first = next(Changes.to(MAIN, Changes.target(1), 1));
    Assumptions.assumeTrue(
        factory().setEpoch(backend(), 5), "the epoch of this driver cannot be set from outside");

    assertThat(refs().epoch(Optional.of(first))).isEqualTo(5);
    RefChange change = Changes.to(MAIN, Changes.target(2), 2);
    assertThat(refs().compareAndSet(Optional.of(first), change, new Evidence(4)))
        .isEqualTo(new RefOutcome.Overtaken(5));
    assertThat(refs().read(MAIN)).contains(first);

    RefOutcome done = refs().compareAndSet(Optional.of(first), change, new Evidence(5));

    assertThat(((RefOutcome.Done) done).record().epoch()).isEqualTo(5);
    assertThat(next(Changes.to(RefName.branch("new"), Changes.target(3), 3)).epoch()).isEqualTo(5);
    reopen();
    assertThat(refs().epoch(Optional.empty())).isEqualTo(5);
  }
}
