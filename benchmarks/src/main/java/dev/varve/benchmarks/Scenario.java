package dev.varve.benchmarks;

import java.io.IOException;

/** One row: makes what it needs in a directory of its own, measures, and tells its figures. */
@FunctionalInterface
interface Scenario {
  void run(Workplace place, Results results) throws IOException;
}
