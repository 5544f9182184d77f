/** The {@code varve} command: one class a command, and what they share. */
@NullMarked
package dev.varve.tools;

import org.jspecify.annotations.NullMarked;
