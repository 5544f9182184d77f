package dev.varve.version;

import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the caller says of a commit; author and time come from the {@link Environment}. Immutable by
 * convention: the map is not changed.
 */
public record CommitInfo(String message, SortedMap<String, String> attributes) {
  /** Checks that both are there. */
  public CommitInfo {
    Objects.requireNonNull(message);
    attributes = new TreeMap<>(attributes);
  }

  /** A message alone. */
  public static CommitInfo of(String message) {
    return new CommitInfo(message, new TreeMap<>(Map.of()));
  }
}
