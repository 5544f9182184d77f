/**
 * What a disk may hold after the power went: the writes and syncs of processes, recorded, and every
 * state that they allow.
 */
@NullMarked
package dev.varve.reliability.disk;

import org.jspecify.annotations.NullMarked;
