package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.Evidence;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** {@link RefStore} is linearizable for each ref. */
public abstract class RefThreadsContract extends ContractFixture {
  private static final RefName COUNTER = RefName.branch("counter");
  private static final Evidence GOOD = new Evidence(1L << 40);

  /** How many threads write at once. */
  protected int threads() {
    return 6;
  }

  /** How many times each thread must succeed. */
  protected int each() {
    return 40;
  }

  /** How many changes a ref has seen. */
  private long number(Optional<RefRecord> record) {
    return record.map(this::number).orElse(0L);
  }

  /** Which change of its ref a record is of; none for the record that opens it. */
  private long number(RefRecord record) {
    return record.number() - factory().openingRecords();
  }

  /**
   * Every acknowledged write is one record, no two the same, and no read sees less than was
   * acknowledged before it began, or more than was begun when it ended.
   */
  @Test
  void manyThreadsRaiseOneCounterAndNothingIsLost() throws InterruptedException {
    RefStore refs = backend().refs();
    AtomicLong acknowledged = new AtomicLong();
    AtomicLong begun = new AtomicLong();

    List<List<Long>> all =
        Threads.together(
            threads(),
            index -> {
              List<Long> mine = new ArrayList<>();
              for (long attempt = 0; mine.size() < each(); attempt++) {
                long atLeast = acknowledged.get();
                Optional<RefRecord> seen = refs.read(COUNTER);
                assertThat(number(seen)).isBetween(atLeast, begun.get());

                begun.incrementAndGet();
                RefOutcome outcome =
                    refs.compareAndSet(
                        seen,
                        Changes.to(COUNTER, Changes.target(index), 1_000_000L * index + attempt),
                        GOOD);
                if (outcome instanceof RefOutcome.Done done) {
                  assertThat(number(done.record())).isEqualTo(number(seen) + 1);
                  acknowledged.accumulateAndGet(number(done.record()), Math::max);
                  mine.add(number(done.record()));
                } else {
                  begun.decrementAndGet();
                  assertThat(outcome).isInstanceOf(RefOutcome.Lost.class);
                  Optional<RefRecord> current = ((RefOutcome.Lost) outcome).current();
                  assertThat(number(current)).isGreaterThan(number(seen));
                }
              }
              return mine;
            });

    long total = (long) threads() * each();
    List<Long> numbers = all.stream().flatMap(List::stream).sorted().toList();
    assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, total).boxed().toList());
    RefStore again = reopen().refs();
    assertThat(number(again.read(COUNTER))).isEqualTo(total);
    List<Long> log = new ArrayList<>();
    again.log(COUNTER).forEachRemaining(record -> log.add(0, number(record)));
    assertThat(log.subList(factory().openingRecords(), log.size())).isEqualTo(numbers);
  }

  @Test
  void threadsOnDifferentRefsNeverLoseToEachOther() throws InterruptedException {
    RefStore refs = backend().refs();

    Threads.together(
        threads(),
        index -> {
          RefName mine = RefName.branch("thread/" + index);
          Optional<RefRecord> last = Optional.empty();
          for (int i = 1; i <= each(); i++) {
            RefOutcome outcome =
                refs.compareAndSet(last, Changes.to(mine, Changes.target(i), i), GOOD);
            assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
            last = Optional.of(((RefOutcome.Done) outcome).record());
          }
          return index;
        });

    assertThat(refs.list(RefName.Kind.HEADS))
        .hasSize(threads())
        .allSatisfy(record -> assertThat(number(record)).isEqualTo(each()));
  }

  @Test
  void ofRacingCreationsOneWins() throws InterruptedException {
    RefStore refs = backend().refs();
    for (int round = 0; round < 10; round++) {
      RefName name = RefName.tag("race-" + round);

      List<RefOutcome> outcomes =
          Threads.together(
              threads(),
              index ->
                  refs.compareAndSet(
                      Optional.empty(), Changes.to(name, Changes.target(index), index), GOOD));

      List<RefRecord> won =
          outcomes.stream()
              .filter(RefOutcome.Done.class::isInstance)
              .map(outcome -> ((RefOutcome.Done) outcome).record())
              .toList();
      assertThat(won).hasSize(1);
      assertThat(outcomes)
          .filteredOn(RefOutcome.Lost.class::isInstance)
          .hasSize(threads() - 1)
          .allSatisfy(
              outcome -> assertThat(((RefOutcome.Lost) outcome).current()).contains(won.get(0)));
      assertThat(refs.read(name)).contains(won.get(0));
    }
  }
}
