package dev.varve.testkit.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Decides what becomes of each request. Asked by many threads. */
@FunctionalInterface
public interface FaultPlan {
  /** Nothing goes wrong. */
  FaultPlan NONE = (method, target) -> Fate.PASS;

  /**
   * The fate of one request.
   *
   * @param method such as {@code PUT}
   * @param target path and query
   */
  Fate of(String method, String target);

  /**
   * One request in {@code oneIn} goes wrong in one of the given ways. {@link Fate#SLOW_DOWN} comes
   * in bursts of up to five requests, as from a server that is busy.
   *
   * @param seed repeats the draws; which request meets which depends on the threads, too
   */
  static FaultPlan seeded(long seed, int oneIn, Set<Fate> ways) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Fate> all = new ArrayList<>(new TreeSet<>(ways));
    int[] burst = new int[1];
    return (method, target) -> {
      synchronized (random) {
        if (burst[0] > 0) {
          burst[0]--;
          return Fate.SLOW_DOWN;
        }
        if (random.nextInt(oneIn) > 0) {
          return Fate.PASS;
        }
        Fate fate = all.get(random.nextInt(all.size()));
        if (fate == Fate.SLOW_DOWN) {
          burst[0] = random.nextInt(5);
        }
        return fate;
      }
    };
  }
}
