/**
 * What Varve knows about Zarr: node paths and chunk keys, metadata documents, the conflict rule,
 * the diff in a user's words, import and export, and stores for JVM clients.
 *
 * <p>Storage below knows keys and bytes only. A document that cannot be understood is opaque here
 * and never an error: it is stored, read and compared as bytes.
 */
@NullMarked
package dev.varve.zarr;

import org.jspecify.annotations.NullMarked;
