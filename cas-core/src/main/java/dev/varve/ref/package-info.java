/**
 * Named, numbered, compare-and-set pointers to commits: the seam a storage driver implements for
 * refs.
 */
@NullMarked
package dev.varve.ref;

import org.jspecify.annotations.NullMarked;
