package dev.varve.tree;

/** One key and what it stands for. Immutable. */
public record KeyEntry(Key key, Entry entry) {}
