package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Tree;
import dev.varve.version.Commit;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import java.util.List;
import java.util.Optional;

/**
 * Counts exactly which bytes each snapshot needs, and which of them no other snapshot does.
 *
 * <p>It holds the uses of one snapshot's objects and goes from snapshot to snapshot: the nodes that
 * only the next has, with their entries, come into use, then those that only the last had go out.
 * So a step costs what differs; a subtree that both have is not looked at. An object's snapshots
 * are a few runs of steps, of which only "one step in all" has to be told from the rest.
 *
 * <p>Memory: an {@link ObjectTable} of all reachable objects. One thread.
 */
final class SnapshotUsage {
  /** Is shown every entry of each node that comes into use. */
  interface EntryListener {
    /** An entry; the same one may be shown again with another node. */
    void entry(Key key, Entry entry);
  }

  private final Repository repository;
  private final ObjectTable objects = new ObjectTable();
  private final EntryListener listener;
  private final long[] bytes;
  private final long[] unique;
  private final long[] counts;
  private int step;
  private long bytesNow;
  private long countNow;

  /** Walks all of {@code order}; the numbers are there when the constructor returns. */
  SnapshotUsage(
      Repository repository, SnapshotOrder order, EntryListener listener, Progress progress) {
    this.repository = repository;
    this.listener = listener;
    List<ContentHash> commits = order.newestFirst();
    bytes = new long[commits.size()];
    unique = new long[commits.size()];
    counts = new long[commits.size()];
    int[] walk = order.walk();
    Optional<ContentHash> last = Optional.empty();
    for (int commit : walk) {
      step++;
      enter(commits.get(commit));
      last.ifPresent(this::leave);
      last = Optional.of(commits.get(commit));
      bytes[commit] = bytesNow;
      counts[commit] = countNow;
      progress.at(step, bytesNow);
    }
    step++;
    for (int object = 0; object < objects.size(); object++) {
      if (objects.get(object, ObjectTable.USES) > 0) {
        end(object);
      }
      if (objects.get(object, ObjectTable.SNAPSHOTS) == 1) {
        unique[walk[objects.get(object, ObjectTable.SINCE) - 1]] += objects.length(object);
      }
    }
  }

  /** All objects that any snapshot needs. */
  ObjectTable objects() {
    return objects;
  }

  /** Bytes of the distinct objects that a commit's snapshot needs, by its place in the order. */
  long bytes(int commit) {
    return bytes[commit];
  }

  /** Bytes of those that no other snapshot needs. */
  long uniqueBytes(int commit) {
    return unique[commit];
  }

  /** Number of distinct objects that a commit's snapshot needs. */
  long objects(int commit) {
    return counts[commit];
  }

  private void enter(ContentHash id) {
    Commit commit = repository.commit(id);
    try (var stored = repository.blobs().openUnverified("commit", id, 0)) {
      use(objects.add(id, stored.length()));
    }
    for (Part part : Part.values()) {
      new Tree(repository.nodes(), commit.manifest().root(part))
          .walk(new byte[0], Optional.empty(), new Entering());
    }
  }

  private void leave(ContentHash id) {
    drop(objects.find(id));
    Commit commit = repository.commit(id);
    for (Part part : Part.values()) {
      new Tree(repository.nodes(), commit.manifest().root(part))
          .walk(new byte[0], Optional.empty(), new Leaving());
    }
  }

  private void use(int object) {
    int uses = objects.get(object, ObjectTable.USES);
    objects.set(object, ObjectTable.USES, Math.incrementExact(uses));
    if (uses == 0) {
      if (objects.get(object, ObjectTable.SNAPSHOTS) > 0) {
        objects.set(object, ObjectTable.SNAPSHOTS, 2);
      }
      objects.set(object, ObjectTable.SINCE, step);
      bytesNow += objects.length(object);
      countNow++;
    }
  }

  private void drop(int object) {
    int uses = objects.get(object, ObjectTable.USES) - 1;
    objects.set(object, ObjectTable.USES, uses);
    if (uses == 0) {
      end(object);
      bytesNow -= objects.length(object);
      countNow--;
    }
  }

  /** The object was in use up to the step before this one. */
  private void end(int object) {
    boolean once =
        objects.get(object, ObjectTable.SNAPSHOTS) == 0
            && step - objects.get(object, ObjectTable.SINCE) == 1;
    objects.set(object, ObjectTable.SNAPSHOTS, once ? 1 : 2);
  }

  /** Walks what the next snapshot has and the last had not; marks what both have. */
  private final class Entering implements NodeVisitor {
    @Override
    public boolean enter(ContentHash node) {
      int object = objects.find(node);
      if (object < 0 || objects.get(object, ObjectTable.NODE) == 0) {
        return true;
      }
      objects.set(object, ObjectTable.NODE, step);
      return false;
    }

    @Override
    public void node(ContentHash node, int level, int length) {
      int object = objects.add(node, length);
      objects.set(object, ObjectTable.NODE, step);
      use(object);
    }

    @Override
    public void entry(Key key, Entry entry) {
      if (entry instanceof Entry.Blob blob) {
        use(objects.add(blob.hash(), blob.length()));
      }
      listener.entry(key, entry);
    }
  }

  /** Walks what the last snapshot had and the next has not: everything without a mark. */
  private final class Leaving implements NodeVisitor {
    @Override
    public boolean enter(ContentHash node) {
      int met = objects.get(objects.find(node), ObjectTable.NODE);
      // 0: gone already, as the node of an empty tree is that both trees can have.
      return met != step && met != 0;
    }

    @Override
    public void node(ContentHash node, int level, int length) {
      int object = objects.find(node);
      objects.set(object, ObjectTable.NODE, 0);
      drop(object);
    }

    @Override
    public void entry(Key key, Entry entry) {
      if (entry instanceof Entry.Blob blob) {
        drop(objects.find(blob.hash()));
      }
    }
  }
}
