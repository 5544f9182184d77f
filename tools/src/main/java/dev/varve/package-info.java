/** The door for Java programs. */
@NullMarked
package dev.varve;

import org.jspecify.annotations.NullMarked;
