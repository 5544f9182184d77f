package dev.varve.version;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeSink;
import dev.varve.tree.NodeSource;
import dev.varve.tree.TreeEditor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Edits not yet in a tree, the last one for each key. Bounded by its owner. One thread. */
final class Overlay {
  /** How many edits are held before they become nodes. */
  static final int MAX_EDITS = 50_000;

  /** How many bytes of documents are held before they become nodes. */
  static final long MAX_INLINE_BYTES = 16L << 20;

  // Kept in the order of arrival and sorted when they are applied: writers come nearly in order,
  // and a sort of runs costs less than a sorted map's searches.
  private final Map<Key, Optional<Entry>> meta = new LinkedHashMap<>();
  private final Map<Key, Optional<Entry>> chunks = new LinkedHashMap<>();
  private long inlineBytes;

  void set(Key key, Optional<Entry> entry) {
    of(Manifest.part(key)).put(key, entry);
    if (entry.isPresent() && entry.get() instanceof Entry.Inline inline) {
      inlineBytes += inline.length();
    }
  }

  boolean isFull() {
    return meta.size() + chunks.size() >= MAX_EDITS || inlineBytes >= MAX_INLINE_BYTES;
  }

  boolean holds(Key key) {
    return of(Manifest.part(key)).containsKey(key);
  }

  Optional<Entry> get(Key key) {
    return of(Manifest.part(key)).getOrDefault(key, Optional.empty());
  }

  /** The manifest with these edits; the overlay is empty then. */
  Manifest applyTo(Manifest manifest, NodeSource nodes, NodeSink sink) {
    Manifest result = manifest;
    for (Part part : Part.values()) {
      Map<Key, Optional<Entry>> edits = of(part);
      if (!edits.isEmpty()) {
        TreeEditor editor = new TreeEditor(nodes, sink, manifest.root(part));
        List<Map.Entry<Key, Optional<Entry>>> sorted = new ArrayList<>(edits.entrySet());
        sorted.sort(Map.Entry.comparingByKey());
        for (Map.Entry<Key, Optional<Entry>> edit : sorted) {
          editor.edit(edit.getKey(), edit.getValue());
        }
        ContentHash root = editor.finish();
        result = result.with(part, root);
        edits.clear();
      }
    }
    inlineBytes = 0;
    return result;
  }

  private Map<Key, Optional<Entry>> of(Part part) {
    return part == Part.META ? meta : chunks;
  }
}
