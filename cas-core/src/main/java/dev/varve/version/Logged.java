package dev.varve.version;

import dev.varve.hash.ContentHash;

/** A commit and its id. Immutable. */
public record Logged(ContentHash id, Commit commit) {}
