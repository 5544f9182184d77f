package dev.varve.check;

import dev.varve.tree.Key;
import java.util.List;
import java.util.Optional;

/**
 * One damaged object. Immutable.
 *
 * @param kind what is wrong
 * @param object the full hash that names it, or the name of a ref
 * @param expected the hash its bytes should have, where the damage is of a hash
 * @param actual the hash they have
 * @param role what the object is
 * @param key the key that needs it: of a value its own, of a node the last one below it
 * @param after of a node that is not the first of its level, the last key before those below it
 * @param revisions where it was met: names of refs, else commit ids
 * @param message the finding in words
 */
public record Finding(
    Kind kind,
    String object,
    Optional<String> expected,
    Optional<String> actual,
    Role role,
    Optional<Key> key,
    Optional<Key> after,
    List<String> revisions,
    String message) {
  /** What is wrong with an object. */
  public enum Kind {
    /** Its bytes are not what its name says, or break the format. */
    DAMAGED,
    /** Nothing is stored under its name. */
    MISSING,
    /** Its name holds the bytes of another stored object. */
    MISPLACED
  }

  /** What an object is. */
  public enum Role {
    /** A chunk, document or companion file. */
    VALUE,
    /** A page of a tree. */
    NODE,
    /** A commit. */
    COMMIT,
    /** A record of a ref. */
    REF,
    /** The repository's configuration. */
    CONFIG,
    /** What the backend keeps all of these in. */
    STORAGE
  }
}
