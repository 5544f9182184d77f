package dev.varve.version;

import dev.varve.error.CorruptDataException;
import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Nonce;
import dev.varve.tree.Totals;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A state of the keys, and who made it from which earlier ones, when and why. Immutable.
 *
 * @param parents the commits this was made from; none for the first, several for a merge
 * @param generation 1 + the highest generation of a parent; orders history without a clock
 * @param manifest the state of all keys
 * @param meta how much the tree of documents holds
 * @param chunks how much the tree of all other keys holds
 * @param timeMillis when, in milliseconds since 1970 UTC; for people, never used for correctness
 * @param author who made it
 * @param message why
 * @param attributes further facts, by name
 * @param nonce makes every commit unique, so that two writers never share one
 */
public record Commit(
    List<ContentHash> parents,
    long generation,
    Manifest manifest,
    Totals meta,
    Totals chunks,
    long timeMillis,
    String author,
    String message,
    SortedMap<String, String> attributes,
    Nonce nonce) {
  /** Takes copies. */
  public Commit {
    parents = List.copyOf(parents);
    author = ByteWriter.wellFormed(author);
    message = ByteWriter.wellFormed(message);
    attributes = Collections.unmodifiableSortedMap(sorted(attributes));
  }

  /** How much both trees hold. */
  public Totals totals() {
    return meta.plus(chunks);
  }

  /** How much one tree holds. */
  public Totals totals(Part part) {
    return part == Part.META ? meta : chunks;
  }

  private static SortedMap<String, String> sorted(Map<String, String> map) {
    SortedMap<String, String> copy = new TreeMap<>(Utf8Order.INSTANCE);
    map.forEach(
        (name, value) -> copy.put(ByteWriter.wellFormed(name), ByteWriter.wellFormed(value)));
    return copy;
  }

  /**
   * Refuses a parent whose generation is not below this commit's. Only with falling generations
   * does a walk by generation meet each commit once; among others it could go on without end.
   *
   * @param id of this commit
   */
  public void requireOlder(ContentHash id, ContentHash parentId, Commit parent) {
    if (parent.generation >= generation) {
      throw CorruptDataException.malformed(
          "commit",
          id.toString(),
          "it claims generation "
              + generation
              + ", its parent "
              + parentId.brief()
              + " has "
              + parent.generation);
    }
  }

  /**
   * The generation of a child that has no other parents.
   *
   * @param id of this commit
   */
  public long nextGeneration(ContentHash id) {
    if (generation == Long.MAX_VALUE) {
      throw CorruptDataException.malformed(
          "commit",
          id.toString(),
          "it claims generation " + generation + ", so nothing can follow");
    }
    return generation + 1;
  }
}
