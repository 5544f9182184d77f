package dev.varve.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One operation of the machine. What it is done to follows from the seed and the state at hand, so
 * a list of steps can be run with any of them left out. Immutable.
 */
record Step(Kind kind, long seed) {
  /** Operations, each with how often it comes up. */
  enum Kind {
    COMMIT(30),
    HOLD(8),
    EDIT_HELD(8),
    FINISH_HELD(8),
    DROP_HELD(1),
    BRANCH(3),
    TAG(2),
    DELETE_BRANCH(2),
    DELETE_TAG(1),
    MOVE_BRANCH(1),
    MERGE(8),
    REVERT(4),
    CHERRY_PICK(4),
    SQUASH(2),
    READ(10),
    CRASH(2),
    SYNC(3);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  static List<Step> list(long seed, int count) {
    List<Kind> bag = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int i = 0; i < kind.weight; i++) {
        bag.add(kind);
      }
    }
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(new Step(bag.get(random.nextInt(bag.size())), random.nextLong()));
    }
    return steps;
  }
}
