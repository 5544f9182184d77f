package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.FaultyBackend;
import dev.varve.testkit.FaultyBackend.Answer;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every flow with each of its operations on storage failing in turn. */
class FaultsTest {
  /** One repository whose next piece of work fails. */
  private static final class Trial {
    final MemoryBackend memory = new MemoryBackend();
    final FaultyBackend faulty = new FaultyBackend(memory);
    final SortedMap<String, String> before;

    Trial() {
      Flow.prepare(Stores.create(memory, 1));
      before = states();
    }

    /** Without any cache that the work may have filled. */
    Repository fresh() {
      return Stores.open(memory, 3);
    }

    SortedMap<String, String> states() {
      return Stores.states(fresh());
    }

    /** The work's failure, or null. Opening is no part of the work. */
    @Nullable StoreException run(Flow flow, Runnable fault) {
      Repository repository = Stores.open(faulty, 2);
      fault.run();
      try {
        flow.run(repository);
        return null;
      } catch (StoreException failed) {
        return failed;
      } finally {
        faulty.heal();
      }
    }
  }

  private static SortedMap<String, String> after(Flow flow) {
    Trial trial = new Trial();
    flow.run(trial.fresh());
    return trial.states();
  }

  @ParameterizedTest
  @EnumSource
  void oneFailedOperationLeavesOldOrNew(Flow flow) {
    everyOperation(flow, FaultyBackend::failAt);
  }

  @ParameterizedTest
  @EnumSource
  void storageThatDiesLeavesOldOrNew(Flow flow) {
    everyOperation(flow, FaultyBackend::dieAt);
  }

  private static void everyOperation(Flow flow, ObjLongConsumer<FaultyBackend> fault) {
    SortedMap<String, String> after = after(flow);
    int failures = 0;
    for (int n = 1; ; n++) {
      Trial trial = new Trial();
      int at = n;
      StoreException failed = trial.run(flow, () -> fault.accept(trial.faulty, at));
      if (failed == null) {
        assertThat(trial.states()).isEqualTo(after);
        break;
      }
      failures++;
      assertThat(failed).as("operation %d", n).isInstanceOf(BackendException.class);
      assertThat(failed).hasMessageContaining("was told to fail");
      SortedMap<String, String> found = trial.states();
      assertThat(found).as("after failure of operation %d", n).isIn(trial.before, after);
      Stores.requireClean(trial.fresh());
      if (found.equals(trial.before)) {
        assertThat(trial.run(flow, () -> {})).isNull();
        assertThat(trial.states()).as("repeated after operation %d", n).isEqualTo(after);
        Stores.requireClean(trial.fresh());
      }
    }
    assertThat(failures).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource
  void failureOfStorageMeansThatNothingHappened(Flow flow) {
    if (!flow.writes()) {
      return;
    }
    for (int n = 1; ; n++) {
      Trial trial = new Trial();
      int at = n;
      StoreException failed = trial.run(flow, () -> trial.faulty.failAt(at));
      if (failed == null) {
        break;
      }
      assertThat(trial.states()).as("after %s", failed).isEqualTo(trial.before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void writeWithoutAnAnswerIsUnknownAndReadingTellsTheTruth(Flow flow) {
    if (!flow.writes()) {
      return;
    }
    for (Answer answer : new Answer[] {Answer.HAPPENED_BUT_UNKNOWN, Answer.NOTHING_BUT_UNKNOWN}) {
      Trial trial = new Trial();
      Set<ContentHash> stored = new HashSet<>(trial.memory.contents().keySet());

      StoreException failed = trial.run(flow, () -> trial.faulty.answerNext(answer));

      assertThat(failed).isInstanceOf(UnknownOutcomeException.class);
      assertThat(trial.memory.contents().keySet()).containsAll(stored);
      boolean happened = answer == Answer.HAPPENED_BUT_UNKNOWN;
      assertThat(trial.states()).isEqualTo(happened ? after(flow) : trial.before);
      Stores.requireClean(trial.fresh());
      if (!happened) {
        assertThat(trial.run(flow, () -> {})).isNull();
        assertThat(trial.states()).isEqualTo(after(flow));
      }
    }
  }

  /** Another commit came first, so the first attempt is lost and the second one joins the two. */
  @Test
  void commitThatLosesARaceAndThenFailsChangesNothingAndCanBeRepeated() {
    int n = 1;
    for (boolean failing = true; failing; n++) {
      Trial trial = new Trial();
      try (Transaction edits = Stores.open(trial.faulty, 2).begin("main")) {
        Stores.edit(edits, "r/c/0", "ours", "a/c/1", "-");
        Stores.commit(trial.fresh(), "main", "r/c/1", "theirs");
        trial.faulty.failAt(n);
        edits.commit(CommitInfo.of("joined"));
        failing = false;
      } catch (BackendException failed) {
        assertThat(failed).hasMessageContaining("was told to fail");
      }
      trial.faulty.heal();
      if (failing) {
        assertThat(trial.states().get("heads/main"))
            .as("after operation %d", n)
            .startsWith("record 4, 56 keys");
        Stores.commit(trial.fresh(), "main", "r/c/0", "ours", "a/c/1", "-");
      }
      assertThat(trial.states().get("heads/main")).startsWith("record 5, 56 keys");
      Stores.requireClean(trial.fresh());
    }
    assertThat(n).isGreaterThan(8);
  }

  @Test
  void creationThatFailsCanBeRepeated() {
    MemoryBackend memory = new MemoryBackend();
    FaultyBackend faulty = new FaultyBackend(memory);
    faulty.failAt(1);

    assertThatThrownBy(() -> Stores.create(faulty, 1)).isInstanceOf(BackendException.class);

    assertThat(memory.config()).isEmpty();
    Stores.requireClean(Stores.create(faulty, 1));
  }
}
