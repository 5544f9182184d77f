package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Logged;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All commits that a ref reaches: newest first, as they are told, and in an order in which each has
 * much in common with the one before. Immutable. Memory: some 150 bytes a commit.
 */
final class SnapshotOrder {
  private final List<ContentHash> newestFirst = new ArrayList<>();
  private final int[] walk;

  /** Reads all refs and commits. */
  SnapshotOrder(Repository repository) {
    Set<ContentHash> heads = new LinkedHashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      repository.refs().list(kind).stream().map(Refs.Named::commit).forEach(heads::add);
    }
    List<ContentHash> firstParents = new ArrayList<>();
    Map<ContentHash, Integer> numbers = new HashMap<>();
    for (Iterator<Logged> all = repository.history(heads); all.hasNext(); ) {
      Logged next = all.next();
      numbers.put(next.id(), newestFirst.size());
      newestFirst.add(next.id());
      List<ContentHash> parents = next.commit().parents();
      firstParents.add(parents.isEmpty() ? ContentHash.ZERO : parents.get(0));
    }
    walk = parentsFirst(firstParents, numbers);
  }

  /**
   * Depth first over first parents, from the oldest: a branch is walked from its fork on, so that
   * all steps together cost what the commits changed, not what they hold.
   */
  private static int[] parentsFirst(
      List<ContentHash> firstParents, Map<ContentHash, Integer> numbers) {
    int count = firstParents.size();
    int[] child = new int[count];
    int[] sibling = new int[count];
    Arrays.fill(child, -1);
    Arrays.fill(sibling, -1);
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      Integer parent = numbers.get(firstParents.get(i));
      if (parent == null) {
        open.push(i);
      } else {
        sibling[i] = child[parent];
        child[parent] = i;
      }
    }
    int[] order = new int[count];
    int at = 0;
    while (!open.isEmpty()) {
      int next = open.pop();
      order[at++] = next;
      for (int c = child[next]; c >= 0; c = sibling[c]) {
        open.push(c);
      }
    }
    return order;
  }

  /** The commits, newest first. */
  List<ContentHash> newestFirst() {
    return newestFirst;
  }

  /** Indices into {@link #newestFirst} in the order to walk in. */
  int[] walk() {
    return walk.clone();
  }
}
