/** Canonical byte encodings shared by nodes, commits, ref records and the configuration. */
@NullMarked
package dev.varve.format;

import org.jspecify.annotations.NullMarked;
