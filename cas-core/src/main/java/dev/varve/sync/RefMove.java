package dev.varve.sync;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.util.Optional;

/** A ref of the receiving repository, what it held, and what it is to hold. Immutable. */
public record RefMove(RefName name, Optional<ContentHash> from, ContentHash to) {}
