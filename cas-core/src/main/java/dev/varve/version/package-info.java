/** Commits, refs, snapshots and transactions: the only package that joins trees and refs. */
@NullMarked
package dev.varve.version;

import org.jspecify.annotations.NullMarked;
