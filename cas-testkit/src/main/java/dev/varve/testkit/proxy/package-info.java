/**
 * A proxy for HTTP that delays, loses, refuses and cuts what passes through it, as networks and
 * busy servers do.
 */
@NullMarked
package dev.varve.testkit.proxy;

import org.jspecify.annotations.NullMarked;
