package dev.varve.version;

import dev.varve.tree.Entry;
import dev.varve.tree.Key;

/** One item of a directory. Immutable. */
public sealed interface Listed {
  /** The whole key, or the whole prefix with its last '/'. */
  String name();

  /** A key of the directory itself. */
  record Leaf(Key key, Entry entry) implements Listed {
    @Override
    public String name() {
      return key.toString();
    }
  }

  /** A directory below. */
  record Directory(String name) implements Listed {}
}
