package dev.varve.reliability.disk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The names in a folder: those that are certain, and what may have become of them since. */
final class DiskFolder {
  private final Map<String, Integer> settled = new TreeMap<>();
  private final Map<String, List<Operation.Name>> pending = new TreeMap<>();

  /** How many of a name's pending changes are synced. */
  private final Map<String, Integer> certain = new HashMap<>();

  /** How many of a name's pending changes the image has that was chosen last. */
  private final Map<String, Integer> shown = new HashMap<>();

  void begin(Operation.Name change) {
    pending.computeIfAbsent(change.name(), name -> new ArrayList<>()).add(change);
  }

  /** What was complete before {@code moment} is durable. */
  void sync(long moment) {
    pending.forEach(
        (name, changes) -> {
          for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).end() <= moment) {
              certain.merge(name, i + 1, Math::max);
            }
          }
        });
  }

  void settle() {
    for (Iterator<Map.Entry<String, List<Operation.Name>>> all = pending.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, List<Operation.Name>> each = all.next();
      int sure = certain.getOrDefault(each.getKey(), 0);
      if (sure > 0) {
        set(settled, each.getValue().get(sure - 1));
        each.getValue().subList(0, sure).clear();
        certain.remove(each.getKey());
      }
      if (each.getValue().isEmpty()) {
        all.remove();
      }
    }
  }

  private static void set(Map<String, Integer> names, Operation.Name change) {
    if (change.inode() < 0) {
      names.remove(change.name());
    } else {
      names.put(change.name(), change.inode());
    }
  }

  int pending() {
    return pending.values().stream().mapToInt(List::size).sum();
  }

  /** The names that an image has. */
  Map<String, Integer> choose(Survival survival) {
    shown.clear();
    Map<String, Integer> names = new TreeMap<>(settled);
    pending.forEach(
        (name, changes) -> {
          int version = survival.version(changes, 0);
          shown.put(name, version);
          if (version > 0) {
            set(names, changes.get(version - 1));
          }
        });
    return names;
  }

  /** Whether the chosen image has a change; one that is not pending any more is in all. */
  boolean shows(Operation.Name change) {
    int at = pending.getOrDefault(change.name(), List.of()).indexOf(change);
    return at < 0 || at < shown.getOrDefault(change.name(), 0);
  }

  /** Adds a change to the chosen image. */
  void show(Operation.Name change, Map<String, Integer> names) {
    List<Operation.Name> changes = pending.getOrDefault(change.name(), List.of());
    shown.put(change.name(), changes.indexOf(change) + 1);
    set(names, change);
  }
}
