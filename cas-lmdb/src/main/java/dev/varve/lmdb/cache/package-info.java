/**
 * A cache of blobs on the local disk, in front of a backend that is far away. Entry types: {@link
 * dev.varve.lmdb.cache.BlobCache}, {@link dev.varve.lmdb.cache.CachedBackend}.
 */
@NullMarked
package dev.varve.lmdb.cache;

import org.jspecify.annotations.NullMarked;
