package dev.varve.version;

import java.util.function.Consumer;

/**
 * Which of two sides' edits clash although they touch different keys. That both sides give one key
 * different values is a conflict always, and not this rule's to find. Thread-safe.
 */
@FunctionalInterface
public interface ConflictRule {
  /** No further conflicts. */
  ConflictRule SAME_KEY_ONLY = (sides, report) -> {};

  /**
   * Reports every clash. Costs should be those of the two changes; a rule holds no more than it
   * needs for one document at a time.
   */
  void check(Sides sides, Consumer<Conflict> report);
}
