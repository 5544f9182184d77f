/** What is promised of a store under failure, tried: faults, kills, races, and a model. */
@NullMarked
package dev.varve.reliability;

import org.jspecify.annotations.NullMarked;
