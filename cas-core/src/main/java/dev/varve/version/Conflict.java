package dev.varve.version;

import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import java.util.Optional;

/**
 * One of our edits that clashes with one of theirs. Immutable.
 *
 * @param key the key of our edit
 * @param base what it stood for before both
 * @param ours what it stands for with our edits
 * @param theirs what it stands for with theirs
 * @param why the clash, in one sentence
 */
public record Conflict(
    Key key, Optional<Entry> base, Optional<Entry> ours, Optional<Entry> theirs, String why) {}
