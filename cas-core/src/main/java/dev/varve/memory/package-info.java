/** The reference backend, in memory. */
@NullMarked
package dev.varve.memory;

import org.jspecify.annotations.NullMarked;
