/** Content hashes and the algorithms that compute them. The bottom of the dependency order. */
@NullMarked
package dev.varve.hash;

import org.jspecify.annotations.NullMarked;
