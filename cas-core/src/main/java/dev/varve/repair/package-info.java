/** Mending what a check finds damaged, from whatever still holds it; nothing is thrown away. */
@NullMarked
package dev.varve.repair;

import org.jspecify.annotations.NullMarked;
