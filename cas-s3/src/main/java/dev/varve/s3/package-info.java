/**
 * The shared backend: blobs and refs as objects of an S3 bucket. {@link dev.varve.s3.S3Backend} is
 * the way in; everything is written create-only, nothing is overwritten or removed, and no answer
 * is trusted that may have been lost on the way.
 */
@NullMarked
package dev.varve.s3;

import org.jspecify.annotations.NullMarked;
