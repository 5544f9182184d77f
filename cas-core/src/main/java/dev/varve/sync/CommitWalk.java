package dev.varve.sync;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeSource;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import dev.varve.version.Commit;
import dev.varve.version.Part;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a commit adds to its first parent, which the receiver has or is about to get whole. Nothing
 * else is passed over: a stored node proves nothing about what lies below it. Thread-safe.
 */
final class CommitWalk {
  private final CommitGraph graph;
  private final NodeSource sender;
  private final Set<ContentHash> travelling;

  /**
   * Walks commits of the sender.
   *
   * @param travelling the commits that are copied; others are at the receiver, whole
   */
  CommitWalk(CommitGraph graph, NodeSource sender, Set<ContentHash> travelling) {
    this.graph = graph;
    this.sender = sender;
    this.travelling = travelling;
  }

  /** About how much a commit adds; seldom too little. Reads interior nodes alone. */
  long expectedBytes(ContentHash id) {
    CommitGraph.Loaded loaded = graph.commit(id);
    long bytes = loaded.length();
    for (Part part : Part.values()) {
      Totals added =
          tree(sender, loaded.commit(), part).totalsBeyond(parent(loaded.commit(), part));
      bytes = Math.addExact(bytes, added.bytes());
    }
    return bytes;
  }

  /** Tells every object that a commit adds, the commit itself last. */
  void walk(ContentHash id, Consumer<Wanted> wants) {
    CommitGraph.Loaded loaded = graph.commit(id);
    for (Part part : Part.values()) {
      tree(sender, loaded.commit(), part)
          .walk(new byte[0], parent(loaded.commit(), part), new Visitor(wants));
    }
    wants.accept(new Wanted(id, Wanted.Kind.COMMIT, "commit", loaded.length()));
  }

  private Optional<Tree> parent(Commit commit, Part part) {
    return commit.parents().stream()
        .findFirst()
        .map(
            id ->
                tree(
                    travelling.contains(id) ? sender : graph.knownNodes(),
                    graph.commit(id).commit(),
                    part));
  }

  private static Tree tree(NodeSource nodes, Commit commit, Part part) {
    return new Tree(nodes, commit.manifest().root(part));
  }

  private record Visitor(Consumer<Wanted> wants) implements NodeVisitor {
    @Override
    public boolean enter(ContentHash node) {
      return true;
    }

    @Override
    public void node(ContentHash node, int level, int bytes) {
      wants.accept(new Wanted(node, Wanted.Kind.NODE, "node", bytes));
    }

    @Override
    public void entry(Key key, Entry entry) {
      if (entry instanceof Entry.Blob blob) {
        wants.accept(
            new Wanted(blob.hash(), Wanted.Kind.VALUE, "the value of " + key, blob.length()));
      }
    }
  }
}
