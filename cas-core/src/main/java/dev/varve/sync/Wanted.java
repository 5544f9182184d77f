package dev.varve.sync;

import dev.varve.hash.ContentHash;

/**
 * An object that the receiver needs. Immutable.
 *
 * @param hash its name
 * @param kind what it is
 * @param what its role, for messages
 * @param length its length in bytes, as whoever names it says
 */
record Wanted(ContentHash hash, Kind kind, String what, long length) {
  enum Kind {
    VALUE,
    NODE,
    COMMIT
  }
}
