/**
 * The prolly tree: an immutable sorted map from key to entry whose root depends on its content
 * alone.
 */
@NullMarked
package dev.varve.tree;

import org.jspecify.annotations.NullMarked;
