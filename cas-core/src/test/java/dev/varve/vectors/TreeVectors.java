package dev.varve.vectors;

import static dev.varve.vectors.VectorValues.content;
import static dev.varve.vectors.VectorValues.hash;
import static dev.varve.vectors.VectorValues.hex;
import static dev.varve.vectors.VectorValues.number;
import static dev.varve.vectors.VectorValues.putNumber;
import static dev.varve.vectors.VectorValues.unhex;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.NodeContents;
import dev.varve.tree.NodeSource;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import dev.varve.tree.TreeEditor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Trees in memory, made from vectors and shown as vectors. One thread. */
final class TreeVectors {
  private static final int SHOWN_NODES = 8;

  private final HashAlgorithm algorithm;
  private final MemoryBackend backend = new MemoryBackend();
  private final NodeSource source;

  TreeVectors(HashAlgorithm algorithm) {
    this.algorithm = algorithm;
    this.source = new NodeSource(new VerifiedBlobs(backend.blobs(), algorithm), 1 << 26);
  }

  /** A node by its bytes: made where it is a leaf, given where only a tree has such a node. */
  static JsonNode node(JsonNode given, JsonNode expected) {
    TreeVectors trees = new TreeVectors(VectorValues.algorithm(given));
    ByteBuffer bytes;
    if (given.path("level").intValue() == 0) {
      ContentHash root = trees.build(trees.entries(given.path("items")));
      bytes = trees.stored(root);
    } else {
      bytes = ByteBuffer.wrap(unhex(expected.path("hex")));
    }
    ContentHash hash = trees.store(bytes);
    ObjectNode read = VectorFile.object();
    read.put("hash", trees.algorithm.label());
    read.put("level", trees.source.contents(hash).level());
    read.set("items", items(trees.source.contents(hash)));
    if (!read.toString().equals(given.toString())) {
      throw new AssertionError("decoded as " + read + " what was encoded from " + given);
    }
    return VectorFile.object().put("hex", hex(bytes)).put("hash", hash.toString());
  }

  /** Reads bytes as a node. */
  static void decode(JsonNode given) {
    TreeVectors trees = new TreeVectors(HashAlgorithm.SHA256);
    trees.source.contents(trees.store(ByteBuffer.wrap(unhex(given.path("hex")))));
  }

  /** Walks all entries of a tree of which only the listed nodes are stored. */
  static void walk(JsonNode given) {
    TreeVectors trees = new TreeVectors(VectorValues.algorithm(given));
    given.path("nodes").forEach(node -> trees.store(ByteBuffer.wrap(unhex(node))));
    trees.read(hash(given.path("root")));
  }

  /** A tree, cut from a whole map and then read again in several ways. */
  static JsonNode tree(JsonNode given) {
    TreeVectors trees = new TreeVectors(VectorValues.algorithm(given));
    SortedMap<Key, Entry> map = trees.map(given);
    ContentHash root = trees.build(map);
    if (!trees.read(root).equals(map) || !trees.buildInTwoSteps(map).equals(root)) {
      throw new AssertionError("the tree " + root + " is not what it was made from");
    }
    Totals totals = new Tree(trees.source, root).totals();
    ObjectNode out = VectorFile.object().put("root", root.toString());
    putNumber(out, "keys", totals.keys());
    putNumber(out, "bytes", totals.bytes());
    out.put("rootHex", hex(trees.stored(root)));
    out.set("levels", trees.levels(root));
    return out;
  }

  /** How the leaves of a map are cut, and what decides it. */
  static JsonNode splits(JsonNode given) {
    TreeVectors trees = new TreeVectors(HashAlgorithm.SHA256);
    SortedMap<Key, Entry> map = trees.map(given);
    ObjectNode out = VectorFile.object();
    out.set("trace", SplitTrace.of(map));
    ArrayNode nodes = out.putArray("nodes");
    ContentHash root = trees.build(map);
    NodeContents top = trees.source.contents(root);
    if (top.level() == 0) {
      nodes.add(top.entries().size());
    } else {
      trees
          .below(List.of(root), 0)
          .forEach(leaf -> nodes.add(trees.source.contents(leaf).entries().size()));
    }
    return out;
  }

  private ContentHash store(ByteBuffer bytes) {
    ContentHash hash = algorithm.hash(bytes);
    backend.contents().put(hash, bytes);
    return hash;
  }

  private ByteBuffer stored(ContentHash hash) {
    return Objects.requireNonNull(backend.contents().get(hash)).duplicate();
  }

  private ContentHash build(SortedMap<Key, Entry> map) {
    return edit(TreeEditor.putEmpty(source, backend.contents()::put), map);
  }

  private ContentHash edit(ContentHash root, SortedMap<Key, Entry> map) {
    TreeEditor editor = new TreeEditor(source, backend.contents()::put, root);
    map.forEach(editor::put);
    return editor.finish();
  }

  /** Every third entry first, then all of them. */
  private ContentHash buildInTwoSteps(SortedMap<Key, Entry> map) {
    SortedMap<Key, Entry> some = new TreeMap<>();
    int i = 0;
    for (Map.Entry<Key, Entry> each : map.entrySet()) {
      if (i++ % 3 == 0) {
        some.put(each.getKey(), each.getValue());
      }
    }
    return edit(build(some), map);
  }

  private SortedMap<Key, Entry> read(ContentHash root) {
    SortedMap<Key, Entry> map = new TreeMap<>();
    Iterator<KeyEntry> all = new Tree(source, root).cursor(new byte[0]).remaining();
    all.forEachRemaining(each -> map.put(each.key(), each.entry()));
    return map;
  }

  private ArrayNode levels(ContentHash root) {
    ArrayNode levels = VectorFile.object().putArray("levels");
    for (int level = 0; level <= source.contents(root).level(); level++) {
      List<ContentHash> nodes = below(List.of(root), level);
      ObjectNode summary = levels.addObject().put("level", level).put("nodes", nodes.size());
      long bytes = 0;
      for (ContentHash node : nodes) {
        bytes += source.contents(node).bytes();
      }
      putNumber(summary, "bytes", bytes);
      ArrayNode first = summary.putArray("first");
      nodes.stream().limit(SHOWN_NODES).forEach(node -> show(first.addObject(), node));
    }
    return levels;
  }

  private void show(ObjectNode out, ContentHash hash) {
    ArrayNode items = items(source.contents(hash));
    out.put("hash", hash.toString()).put("entries", items.size());
    out.put("lastKey", items.path(items.size() - 1).path("key").asText(""));
  }

  /** The nodes of a level, left to right. */
  private List<ContentHash> below(List<ContentHash> nodes, int level) {
    List<ContentHash> at = nodes;
    while (source.contents(at.get(0)).level() > level) {
      List<ContentHash> next = new ArrayList<>();
      for (ContentHash node : at) {
        source.contents(node).children().forEach(child -> next.add(child.hash()));
      }
      at = next;
    }
    return at;
  }

  private static ArrayNode items(NodeContents node) {
    ArrayNode items = VectorFile.object().putArray("items");
    for (KeyEntry each : node.entries()) {
      ObjectNode item = items.addObject().put("key", each.key().toString());
      if (each.entry() instanceof Entry.Blob blob) {
        item.put("kind", "blob").put("hash", blob.hash().toString());
        putNumber(item, "length", blob.length());
      } else if (each.entry() instanceof Entry.Inline inline) {
        item.put("kind", "inline").put("bytes", hex(inline.bytes()));
      } else {
        item.put("kind", "empty");
      }
    }
    for (NodeContents.Below child : node.children()) {
      ObjectNode item = items.addObject().put("key", child.lastKey().toString());
      item.put("hash", child.hash().toString());
      putNumber(item, "keys", child.totals().keys());
      putNumber(item, "bytes", child.totals().bytes());
    }
    return items;
  }

  private SortedMap<Key, Entry> map(JsonNode given) {
    return given.has("entries")
        ? entries(given.path("entries"))
        : byRule(given.path("rule").textValue(), given.path("count").intValue());
  }

  private SortedMap<Key, Entry> entries(JsonNode list) {
    SortedMap<Key, Entry> map = new TreeMap<>();
    list.forEach(each -> map.put(Key.of(each.path("key").textValue()), entry(each)));
    return map;
  }

  private static Entry entry(JsonNode given) {
    return switch (given.path("kind").textValue()) {
      case "inline" -> new Entry.Inline(ByteBuffer.wrap(content(given)));
      case "blob" -> new Entry.Blob(hash(given.path("hash")), number(given.path("length")));
      case "empty" -> Entry.EMPTY;
      default -> throw new IllegalArgumentException("no such kind: " + given);
    };
  }

  /** The rules that trees.json describes. */
  private SortedMap<Key, Entry> byRule(String rule, int count) {
    SortedMap<Key, Entry> map = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      byte[] text = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
      switch (rule) {
        case "chunks" ->
            map.put(
                Key.of("array/c/" + i / 1000 + "/" + i % 1000),
                i % 97 == 96
                    ? Entry.EMPTY
                    : new Entry.Blob(algorithm.hash(text), 1 + (long) i * i % 100003));
        case "documents" -> {
          byte[] document = new byte[1 + i * 7919 % 3000];
          for (int j = 0; j < document.length; j++) {
            document[j] = (byte) ((i + j) % 251);
          }
          map.put(Key.of("group/" + i + "/zarr.json"), new Entry.Inline(ByteBuffer.wrap(document)));
        }
        case "long" -> {
          ContentHash digest = HashAlgorithm.SHA256.hash(text);
          String hex = HexFormat.of().formatHex(digest.toBytes());
          map.put(
              Key.of("archive/" + hex + "/" + hex.substring(0, 40) + "/" + i),
              new Entry.Blob(digest, 1 + i));
        }
        default -> throw new IllegalArgumentException("no such rule: " + rule);
      }
    }
    return map;
  }
}
