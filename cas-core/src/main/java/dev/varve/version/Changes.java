package dev.varve.version;

import dev.varve.tree.Difference;

/** How many keys a commit added, changed and removed against its first parent. Immutable. */
public record Changes(long added, long changed, long removed) {
  /** No key at all. */
  public static final Changes NONE = new Changes(0, 0, 0);

  /** These and one more difference. */
  public Changes and(Difference one) {
    return one.added()
        ? new Changes(added + 1, changed, removed)
        : one.removed()
            ? new Changes(added, changed, removed + 1)
            : new Changes(added, changed + 1, removed);
  }
}
