/**
 * Copies commits, and what they need, from one repository to another, and moves refs there last.
 */
@NullMarked
package dev.varve.sync;

import org.jspecify.annotations.NullMarked;
