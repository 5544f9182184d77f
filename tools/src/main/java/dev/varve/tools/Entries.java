package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;

/** What users see of an entry. */
final class Entries {
  private Entries() {}

  /** The hash of the value, as {@code sha256sum} of its bytes gives it. */
  static ContentHash hash(HashAlgorithm algorithm, Entry entry) {
    if (entry instanceof Entry.Blob blob) {
      return blob.hash();
    }
    return entry instanceof Entry.Inline inline
        ? algorithm.hash(inline.bytes())
        : algorithm.hash(new byte[0]);
  }
}
