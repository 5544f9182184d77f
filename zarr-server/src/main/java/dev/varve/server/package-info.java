/** Repositories over HTTP: every branch, tag and commit is the root of a Zarr store. */
@NullMarked
package dev.varve.server;

import org.jspecify.annotations.NullMarked;
