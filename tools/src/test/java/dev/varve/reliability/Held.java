package dev.varve.reliability;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A transaction, and what it should hold and come to. */
final class Held {
  final Transaction edits;
  final String branch;
  private final Optional<ContentHash> head;
  private final SortedMap<String, String> before;
  private final SortedMap<String, String> staged;

  private Held(Transaction edits, Model model) {
    this.edits = edits;
    this.branch = "heads/" + edits.branch();
    this.head = model.target(branch);
    this.before = model.contents(edits.base());
    this.staged = new TreeMap<>(before);
  }

  static Held begin(Repository repository, Model model, String branch, Optional<ContentHash> base) {
    return new Held(
        base.isPresent() ? repository.begin(branch, base.get()) : repository.begin(branch), model);
  }

  /** What a commit should come to. */
  sealed interface Expected {}

  /** A commit on a parent, with these contents. */
  record Commits(Optional<ContentHash> parent, SortedMap<String, String> contents)
      implements Expected {}

  /** No commit; {@code created} where the branch is made from the base. */
  record Nothing(Optional<ContentHash> created) implements Expected {}

  /** A clash over exactly the keys that the join names. */
  record Refused(Model.Joined joined) implements Expected {}

  /** A failure that changes nothing. */
  record Fails() implements Expected {}

  /** A transaction asks for the newest head before it joins anything, so only that one counts. */
  Expected expected(Model model) {
    Optional<ContentHash> now = model.target(branch);
    if (now.isEmpty() && head.isPresent()) {
      return new Fails();
    }
    Optional<ContentHash> parent = now.or(edits::base);
    SortedMap<String, String> onto = model.contents(parent);
    Model.Joined joined = Model.join(before, staged, onto);
    if (!joined.conflicts().isEmpty()) {
      return new Refused(joined);
    }
    if (joined.contents().equals(onto)) {
      return new Nothing(now.isEmpty() ? edits.base() : Optional.empty());
    }
    return new Commits(parent, joined.contents());
  }

  SortedMap<String, String> staged() {
    return staged;
  }

  /** Puts and deletes keys, of which the model has at most {@code keys}. */
  void edit(Random random, int keys) {
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      String key = key(random.nextInt(keys));
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> {
          if (edits.delete(Key.of(key)) != (staged.remove(key) != null)) {
            throw new AssertionError("delete of " + key + " was wrong about its presence");
          }
        }
        case 3 -> {
          String directory =
              random.nextInt(3) == 0 ? "g1" : key.substring(0, key.indexOf("/c") + 2);
          directory = key.contains("/c/") ? directory : "g1/a1";
          String prefix = directory + "/";
          long there = staged.keySet().stream().filter(each -> each.startsWith(prefix)).count();
          if (edits.deleteDirectory(directory) != there) {
            throw new AssertionError("deletion of " + directory + " did not count " + there);
          }
          staged.keySet().removeIf(each -> each.startsWith(prefix));
        }
        default -> {
          // Few values, so that the same one is often written on both sides.
          String value =
              random.nextInt(20) == 0 ? "" : "v" + random.nextInt(6) + "-" + key.length();
          edits.put(Key.of(key), Stores.bytes(value));
          staged.put(key, value);
        }
      }
    }
  }

  /**
   * One of the keys of a small hierarchy: documents, and chunks with names long enough to split.
   */
  static String key(int index) {
    String array = "g" + index % 4 + "/a" + index % 3;
    return index % 10 == 0
        ? array + "/zarr.json"
        : array + "/c/k" + index + "0123456789é".repeat(index % 7);
  }
}
