@NullMarked
package dev.varve.zarr;

import org.jspecify.annotations.NullMarked;
