package dev.varve.s3;

import java.util.Optional;

/**
 * What a race of writers for one object showed. Immutable.
 *
 * @param rounds how many races there were; 0 where not even one writer after the other was told the
 *     truth
 * @param racers how many writers there were in each
 * @param wrong in how many rounds the server was wrong
 * @param fault what it did wrong, the first time
 */
public record RaceReport(int rounds, int racers, int wrong, Optional<String> fault) {
  /** Whether every race had one winner: several writers may use one repository. */
  public boolean safe() {
    return fault.isEmpty();
  }

  /** What was seen, as a sentence's end: "one of 16 writers won each of 12 races". */
  public String words() {
    return fault
        .map(did -> rounds == 0 ? did : did + " (in " + wrong + " of " + rounds + " races)")
        .orElse("one of " + racers + " writers won each of " + rounds + " races");
  }
}
