/**
 * The embedded backend: blobs and refs of one repository in one LMDB environment, with values
 * larger than a buffer as files beside it. Entry type: {@link dev.varve.lmdb.LmdbBackend}.
 */
@NullMarked
package dev.varve.lmdb;

import org.jspecify.annotations.NullMarked;
