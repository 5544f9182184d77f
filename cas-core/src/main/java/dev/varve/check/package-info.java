/** Verification of what is stored: every finding names the object, the key and the hashes. */
@NullMarked
package dev.varve.check;

import org.jspecify.annotations.NullMarked;
