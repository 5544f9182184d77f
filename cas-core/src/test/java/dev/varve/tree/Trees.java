package dev.varve.tree;

import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A place to grow trees in memory, and random maps to grow them from. */
final class Trees {
  final MemoryBackend backend = new MemoryBackend();
  final NodeSource source = source(1 << 24);
  long written;

  NodeSource source(long cacheBytes) {
    return new NodeSource(new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256), cacheBytes);
  }

  NodeSink sink() {
    return (hash, bytes) -> {
      if (backend.contents().put(hash, bytes) == null) {
        written++;
      }
    };
  }

  ContentHash empty() {
    return TreeEditor.putEmpty(source, sink());
  }

  ContentHash build(SortedMap<Key, Entry> map) {
    TreeEditor editor = new TreeEditor(source, sink(), empty());
    map.forEach(editor::put);
    return editor.finish();
  }

  ContentHash edit(ContentHash root, SortedMap<Key, Optional<Entry>> edits) {
    TreeEditor editor = new TreeEditor(source, sink(), root);
    edits.forEach(editor::edit);
    return editor.finish();
  }

  Tree tree(ContentHash root) {
    return new Tree(source, root);
  }

  SortedMap<Key, Entry> read(ContentHash root) {
    SortedMap<Key, Entry> map = new TreeMap<>();
    Iterator<KeyEntry> all = tree(root).cursor(new byte[0]).remaining();
    all.forEachRemaining(e -> map.put(e.key(), e.entry()));
    return map;
  }

  static SortedMap<Key, Entry> apply(
      SortedMap<Key, Entry> map, SortedMap<Key, Optional<Entry>> edits) {
    SortedMap<Key, Entry> result = new TreeMap<>(map);
    for (Map.Entry<Key, Optional<Entry>> edit : edits.entrySet()) {
      if (edit.getValue().isPresent()) {
        result.put(edit.getKey(), edit.getValue().get());
      } else {
        result.remove(edit.getKey());
      }
    }
    return result;
  }

  static Entry blob(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return new Entry.Blob(ContentHash.of(bytes), 1 + random.nextInt(1 << 20));
  }

  static Entry entry(Random random, boolean documents) {
    if (documents && random.nextInt(3) > 0) {
      byte[] bytes = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 60000 : 900)];
      random.nextBytes(bytes);
      return new Entry.Inline(ByteBuffer.wrap(bytes));
    }
    return random.nextInt(50) == 0 ? Entry.EMPTY : blob(random);
  }

  static Key key(Random random, int space) {
    int n = random.nextInt(space);
    return switch (random.nextInt(10)) {
      case 0 -> Key.of("group/" + n % 7 + "/" + "long-name-".repeat(1 + n % 60) + n);
      case 1 -> Key.of("b/" + Integer.toString(n, 36) + "/\uD83C\uDF0D/" + n % 3);
      default -> Key.of("air/c/" + n / 1000 + "/" + n / 10 % 100 + "/" + n % 10);
    };
  }

  static SortedMap<Key, Entry> map(Random random, int size, boolean documents) {
    SortedMap<Key, Entry> map = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      map.put(key(random, size * 2 + 10), entry(random, documents));
    }
    return map;
  }

  static SortedMap<Key, Optional<Entry>> edits(
      Random random, SortedMap<Key, Entry> map, int count, boolean documents) {
    SortedMap<Key, Optional<Entry>> edits = new TreeMap<>();
    Key[] keys = map.keySet().toArray(Key[]::new);
    for (int i = 0; i < count; i++) {
      boolean known = keys.length > 0 && random.nextInt(3) > 0;
      Key key = known ? keys[random.nextInt(keys.length)] : key(random, map.size() * 2 + 10);
      edits.put(
          key, random.nextInt(5) < 2 ? Optional.empty() : Optional.of(entry(random, documents)));
    }
    if (keys.length > 1 && random.nextInt(3) == 0) {
      int from = random.nextInt(keys.length);
      int to = Math.min(keys.length, from + random.nextInt(keys.length));
      for (int i = from; i < to; i++) {
        edits.put(keys[i], Optional.empty());
      }
    }
    return edits;
  }
}
