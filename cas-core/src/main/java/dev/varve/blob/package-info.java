/** Immutable byte strings named by their hash: the seam a storage driver implements for data. */
@NullMarked
package dev.varve.blob;

import org.jspecify.annotations.NullMarked;
