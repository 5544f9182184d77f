package dev.varve.version;

import dev.varve.tree.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Collects conflicts, one a key, up to a bound. One thread. */
final class Conflicts implements Consumer<Conflict> {
  /** How many are kept. */
  static final int MAX_KEPT = 10_000;

  private final TreeMap<Key, Conflict> kept = new TreeMap<>();
  private boolean complete = true;

  @Override
  public void accept(Conflict conflict) {
    if (kept.size() < MAX_KEPT) {
      kept.putIfAbsent(conflict.key(), conflict);
    } else {
      complete &= kept.containsKey(conflict.key());
    }
  }

  boolean isEmpty() {
    return kept.isEmpty();
  }

  boolean complete() {
    return complete;
  }

  List<Conflict> list() {
    return new ArrayList<>(kept.values());
  }
}
