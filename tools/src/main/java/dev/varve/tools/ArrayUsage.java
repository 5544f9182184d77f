package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Tree;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.View;
import dev.varve.zarr.ArrayDocument;
import dev.varve.zarr.DocumentReader;
import dev.varve.zarr.DocumentReading;
import dev.varve.zarr.ZarrKeys;
import dev.varve.zarr.ZarrPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts which values the arrays of all snapshots together need. A key belongs to the nearest path
 * above it that any snapshot has as an array, and else to the root. Nodes hold several arrays' keys
 * and are counted for none.
 *
 * <p>Memory: a number for each array, and some 60 bytes for each array that shares a value. One
 * thread.
 */
final class ArrayUsage {
  /** What one array needs. */
  static final class Row {
    private long bytes;
    private long unique;
    private long count;

    /** Bytes of its distinct values. */
    long bytes() {
      return bytes;
    }

    /** Bytes of those that no other array has. */
    long uniqueBytes() {
      return unique;
    }

    /** Number of distinct values. */
    long objects() {
      return count;
    }
  }

  private static final int SEVERAL = -1;

  private final Map<ZarrPath, Integer> numbers = new HashMap<>();
  private final List<Row> rows = new ArrayList<>();

  /** Of values that several arrays have: the object's number above, the array's below. */
  private final Set<Long> shared = new HashSet<>();

  private ZarrPath lastDirectory = ZarrPath.ROOT;
  private int lastNumber;

  ArrayUsage() {
    number(ZarrPath.ROOT);
  }

  /** Learns of an array, where the entry is the document of one. */
  void learn(View view, Key key, Entry entry) {
    if (!ZarrKeys.makesNode(key) || entry.length() > DocumentReader.MAX_BYTES) {
      return;
    }
    DocumentReading reading = DocumentReader.read(key.name(), view.value(key, entry));
    if (reading instanceof DocumentReading.Parsed parsed
        && parsed.document() instanceof ArrayDocument) {
      number(ZarrKeys.node(key));
    }
  }

  private int number(ZarrPath array) {
    return numbers.computeIfAbsent(
        array,
        path -> {
          rows.add(new Row());
          return rows.size();
        });
  }

  /** Counts every value once for each array, after all arrays are known. */
  void count(Repository repository, List<ContentHash> commits, ObjectTable objects) {
    for (int object = 0; object < objects.size(); object++) {
      objects.set(object, ObjectTable.SINCE, 0);
      objects.set(object, ObjectTable.NODE, 0);
    }
    for (ContentHash commit : commits) {
      Manifest manifest = repository.commit(commit).manifest();
      for (Part part : Part.values()) {
        new Tree(repository.nodes(), manifest.root(part))
            .walk(new byte[0], Optional.empty(), new Once(objects));
      }
    }
    for (int object = 0; object < objects.size(); object++) {
      int array = objects.get(object, ObjectTable.SINCE);
      if (array > 0) {
        Row row = rows.get(array - 1);
        add(row, objects.length(object));
        row.unique += objects.length(object);
      }
    }
    for (long pair : shared) {
      add(rows.get((int) pair - 1), objects.length((int) (pair >>> 32)));
    }
  }

  private static void add(Row row, long length) {
    row.bytes += length;
    row.count++;
  }

  /** The arrays that have any value, in order of path. */
  Map<ZarrPath, Row> rows() {
    Map<ZarrPath, Row> told = new TreeMap<>();
    numbers.forEach(
        (path, number) -> {
          Row row = rows.get(number - 1);
          if (row.count > 0) {
            told.put(path, row);
          }
        });
    return told;
  }

  private int owner(Key key) {
    ZarrPath directory = ZarrPath.parentOf(key);
    if (lastNumber == 0 || !directory.equals(lastDirectory)) {
      Optional<ZarrPath> at = Optional.of(directory);
      while (at.isPresent() && !numbers.containsKey(at.get())) {
        at = at.get().parent();
      }
      lastDirectory = directory;
      lastNumber = number(at.orElse(ZarrPath.ROOT));
    }
    return lastNumber;
  }

  /** Shows every node once, whichever snapshots have it. */
  private final class Once implements NodeVisitor {
    private final ObjectTable objects;

    Once(ObjectTable objects) {
      this.objects = objects;
    }

    @Override
    public boolean enter(ContentHash node) {
      return objects.get(objects.find(node), ObjectTable.NODE) == 0;
    }

    @Override
    public void node(ContentHash node, int level, int length) {
      objects.set(objects.find(node), ObjectTable.NODE, 1);
    }

    @Override
    public void entry(Key key, Entry entry) {
      if (!(entry instanceof Entry.Blob blob)) {
        return;
      }
      int object = objects.find(blob.hash());
      int array = owner(key);
      int known = objects.get(object, ObjectTable.SINCE);
      if (known == 0) {
        objects.set(object, ObjectTable.SINCE, array);
      } else if (known != array) {
        if (known != SEVERAL) {
          shared.add(pair(object, known));
          objects.set(object, ObjectTable.SINCE, SEVERAL);
        }
        shared.add(pair(object, array));
      }
    }

    private long pair(int object, int array) {
      return (long) object << 32 | array;
    }
  }
}
