package dev.varve.tree;

/** What a node holds beside a key: an entry in a leaf, a child in an interior node. */
sealed interface Slot permits Entry, Child {}
