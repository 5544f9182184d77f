package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.StoreException;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.FaultyBackend;
import dev.varve.testkit.ForgetfulBackend;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each piece of work, with the power lost at each of its operations, on a backend that then keeps
 * any part of what was not flushed. The same for the files of a disk is {@link PowerCutTest}.
 */
class ForgottenWritesTest {
  private final long seed = Runs.seed(1);

  @ParameterizedTest
  @EnumSource
  void lossOfPowerAtAnyOperationLeavesOldOrNew(Flow flow) {
    SortedMap<String, String> after = states(flow);
    int lost = 0;
    for (int n = 1, failed = 1; failed > 0; n++) {
      failed = 0;
      for (int draw = 0; draw < Runs.count(3, 100); draw++) {
        MemoryBackend memory = new MemoryBackend();
        ForgetfulBackend forgetful = new ForgetfulBackend(memory);
        Flow.prepare(Stores.create(forgetful, 1));
        // Dropped transactions may have left something on the way to the disk; so that is kept.
        SortedMap<String, String> before = Stores.states(Stores.open(memory, 3));
        failed += died(forgetful, n, flow) ? 1 : 0;
        List<Integer> kept = forgetful.crash(random(n, draw));
        lost += kept.get(1);

        SortedMap<String, String> found = Stores.states(Stores.open(memory, 3));
        String when = "seed " + seed + ", operation " + n + ", draw " + draw;
        assertThat(found).as(when).isIn(before, after);
        Stores.requireClean(Stores.open(memory, 3));
        if (found.equals(before)) {
          flow.run(Stores.open(memory, 2));
          assertThat(Stores.states(Stores.open(memory, 3))).as(when).isEqualTo(after);
          Stores.requireClean(Stores.open(memory, 3));
        }
      }
    }
    assertThat(lost > 0).isEqualTo(putsBlobs(flow));
  }

  /** Neighbouring seeds give neighbouring first numbers, so they are spread. */
  private Random random(int operation, int draw) {
    return new Random((seed + 1000L * operation + draw) * 0x9E3779B97F4A7C15L);
  }

  private static boolean died(ForgetfulBackend forgetful, int operation, Flow flow) {
    FaultyBackend faulty = new FaultyBackend(forgetful);
    faulty.dieAt(operation + openings());
    try {
      flow.run(Stores.open(faulty, 2));
      return false;
    } catch (StoreException dead) {
      return true;
    }
  }

  /** What it takes to open a repository: the configuration is read. */
  private static int openings() {
    return 1;
  }

  private static SortedMap<String, String> states(Flow flow) {
    MemoryBackend memory = new MemoryBackend();
    Flow.prepare(Stores.create(memory, 1));
    flow.run(Stores.open(memory, 2));
    return Stores.states(Stores.open(memory, 3));
  }

  private static boolean putsBlobs(Flow flow) {
    return switch (flow) {
      case BRANCH,
          TAG,
          BRANCH_MOVED,
          BRANCH_DELETED,
          READ,
          VERIFY,
          MERGE_FORWARD,
          MERGE_INTO_A_NEW_BRANCH ->
          false;
      default -> true;
    };
  }
}
