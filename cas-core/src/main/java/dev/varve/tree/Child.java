package dev.varve.tree;

import dev.varve.hash.ContentHash;

/** A subtree as its parent names it: the node's hash, and how much lies below it. Immutable. */
record Child(ContentHash hash, Totals totals) implements Slot {}
