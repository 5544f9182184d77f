/** The failures of every layer: one unchecked family, split by what the caller should do next. */
@NullMarked
package dev.varve.error;

import org.jspecify.annotations.NullMarked;
