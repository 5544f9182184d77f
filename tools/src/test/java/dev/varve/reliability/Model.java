package dev.varve.reliability;

import dev.varve.hash.ContentHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a repository should hold: a plain map for each commit, and a list for each ref. */
final class Model {
  /** A commit as the model knows it; the map is never changed. */
  record State(SortedMap<String, String> contents, List<ContentHash> parents) {}

  /** What a join of edits should come to: the clashes, and the result where there are none. */
  record Joined(SortedSet<String> conflicts, SortedMap<String, String> contents) {}

  static final SortedMap<String, String> NOTHING = new TreeMap<>();

  private final Map<ContentHash, State> commits;
  private final SortedMap<String, List<Optional<ContentHash>>> logs = new TreeMap<>();

  Model() {
    this(new HashMap<>());
  }

  /** A second repository; commits are shared, since their ids are. */
  Model(Map<ContentHash, State> commits) {
    this.commits = commits;
  }

  Map<ContentHash, State> commits() {
    return commits;
  }

  /** Full names of refs that ever were, and what each held, oldest first. */
  SortedMap<String, List<Optional<ContentHash>>> logs() {
    return logs;
  }

  State commit(ContentHash id) {
    return Objects.requireNonNull(commits.get(id), () -> "the model has no commit " + id);
  }

  SortedMap<String, String> contents(Optional<ContentHash> id) {
    return id.map(each -> commit(each).contents()).orElse(NOTHING);
  }

  SortedMap<String, String> firstParent(ContentHash id) {
    return contents(commit(id).parents().stream().findFirst());
  }

  int number(String ref) {
    return logs.getOrDefault(ref, List.of()).size();
  }

  Optional<ContentHash> target(String ref) {
    int number = number(ref);
    return number == 0 ? Optional.empty() : logs.get(ref).get(number - 1);
  }

  void set(String ref, Optional<ContentHash> target) {
    logs.computeIfAbsent(ref, name -> new ArrayList<>()).add(target);
  }

  /** Refs that hold something, of one kind. */
  SortedMap<String, ContentHash> holding(String folder) {
    SortedMap<String, ContentHash> holding = new TreeMap<>();
    for (String ref : logs.keySet()) {
      if (ref.startsWith(folder + "/")) {
        target(ref).ifPresent(target -> holding.put(ref, target));
      }
    }
    return holding;
  }

  Set<ContentHash> ancestors(ContentHash from) {
    Set<ContentHash> seen = new HashSet<>();
    Deque<ContentHash> open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty()) {
      ContentHash next = open.poll();
      if (seen.add(next)) {
        open.addAll(commit(next).parents());
      }
    }
    return seen;
  }

  boolean reaches(ContentHash descendant, ContentHash ancestor) {
    return ancestors(descendant).contains(ancestor);
  }

  /** Common ancestors that no other common ancestor descends from. */
  Set<ContentHash> mergeBases(ContentHash one, ContentHash other) {
    Set<ContentHash> common = ancestors(one);
    common.retainAll(ancestors(other));
    Set<ContentHash> best = new HashSet<>(common);
    // What lies between two common ancestors is one too, so it is enough to look at parents.
    common.forEach(each -> commit(each).parents().forEach(best::remove));
    return best;
  }

  /** Keys of either map whose values differ. */
  static SortedSet<String> differing(Map<String, String> before, Map<String, String> after) {
    SortedSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(key -> Objects.equals(before.get(key), after.get(key)));
    return keys;
  }

  /** The change from {@code base} to {@code changed}, made to {@code onto}. */
  static Joined join(
      Map<String, String> base, Map<String, String> changed, SortedMap<String, String> onto) {
    SortedSet<String> conflicts = new TreeSet<>();
    SortedMap<String, String> joined = new TreeMap<>(onto);
    for (String key : differing(base, changed)) {
      String wanted = changed.get(key);
      if (!Objects.equals(base.get(key), onto.get(key)) && !Objects.equals(wanted, onto.get(key))) {
        conflicts.add(key);
      }
      if (wanted == null) {
        joined.remove(key);
      } else {
        joined.put(key, wanted);
      }
    }
    return new Joined(conflicts, joined);
  }
}
