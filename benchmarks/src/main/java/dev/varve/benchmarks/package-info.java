/**
 * Scenario programs, one a row of docs/performance.md, and microbenchmarks. Entry type: {@link
 * dev.varve.benchmarks.Scenarios}; JMH finds the microbenchmarks by itself.
 */
@NullMarked
package dev.varve.benchmarks;

import org.jspecify.annotations.NullMarked;
