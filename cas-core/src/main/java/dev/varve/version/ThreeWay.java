package dev.varve.version;

import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Difference;
import dev.varve.tree.NodeSink;
import dev.varve.tree.NodeSource;
import dev.varve.tree.Tree;
import dev.varve.tree.TreeEditor;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins two changes of one base: finds what clashes, and applies ours to theirs where nothing does.
 * Everything is streamed; the cost is that of the two changes. One thread.
 */
final class ThreeWay implements Sides {
  private final Manifest base;
  private final Manifest ours;
  private final Manifest theirs;
  private final NodeSource nodes;
  private final VerifiedBlobs blobs;

  ThreeWay(Manifest base, Manifest ours, Manifest theirs, NodeSource nodes, VerifiedBlobs blobs) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.nodes = nodes;
    this.blobs = blobs;
  }

  static Iterator<Difference> diff(
      NodeSource nodes, Manifest a, Manifest b, Part part, String directory) {
    return Tree.diff(
        new Tree(nodes, a.root(part)),
        new Tree(nodes, b.root(part)),
        ManifestView.prefix(directory));
  }

  @Override
  public Iterator<Difference> ours(Part part, String directory) {
    return diff(nodes, base, ours, part, directory);
  }

  @Override
  public Iterator<Difference> theirs(Part part, String directory) {
    return diff(nodes, base, theirs, part, directory);
  }

  @Override
  public View base() {
    return new ManifestView(base, nodes, blobs);
  }

  @Override
  public View ours() {
    return new ManifestView(ours, nodes, blobs);
  }

  @Override
  public View theirs() {
    return new ManifestView(theirs, nodes, blobs);
  }

  /** Reports keys that both sides changed to different values, and what the rule finds. */
  void check(ConflictRule rule, Consumer<Conflict> report) {
    for (Part part : Part.values()) {
      sameKeys(part, report);
    }
    rule.check(this, report);
  }

  private void sameKeys(Part part, Consumer<Conflict> report) {
    Iterator<Difference> left = ours(part, "");
    Iterator<Difference> right = theirs(part, "");
    Difference mine = advance(left);
    Difference other = advance(right);
    while (mine != null && other != null) {
      int order = mine.key().compareTo(other.key());
      if (order == 0 && !mine.after().equals(other.after())) {
        report.accept(
            new Conflict(mine.key(), mine.before(), mine.after(), other.after(), why(mine, other)));
      }
      mine = order <= 0 ? advance(left) : mine;
      other = order >= 0 ? advance(right) : other;
    }
  }

  private static String why(Difference mine, Difference other) {
    return verb(mine) + " here and " + verb(other) + " on the other side";
  }

  private static String verb(Difference difference) {
    return difference.added() ? "added" : difference.removed() ? "removed" : "changed";
  }

  private static @Nullable Difference advance(Iterator<Difference> row) {
    return row.hasNext() ? row.next() : null;
  }

  /** Applies our differences to their trees. */
  Manifest join(NodeSink sink) {
    if (base.equals(theirs)) {
      return ours;
    }
    Manifest joined = theirs;
    for (Part part : Part.values()) {
      if (theirs.root(part).equals(base.root(part))) {
        joined = joined.with(part, ours.root(part));
      } else if (!ours.root(part).equals(base.root(part))) {
        TreeEditor editor = new TreeEditor(nodes, sink, theirs.root(part));
        ours(part, "").forEachRemaining(d -> editor.edit(d.key(), d.after()));
        joined = joined.with(part, editor.finish());
      }
    }
    return joined;
  }

  /** How many keys differ between two manifests; the totals tell where one of them is empty. */
  static Changes count(NodeSource nodes, Optional<Manifest> before, Manifest after) {
    Changes changes = Changes.NONE;
    for (Part part : Part.values()) {
      ContentHash from = before.map(m -> m.root(part)).orElse(nodes.emptyRoot());
      if (from.equals(nodes.emptyRoot())) {
        long keys = new Tree(nodes, after.root(part)).totals().keys();
        changes = new Changes(changes.added() + keys, changes.changed(), changes.removed());
        continue;
      }
      Iterator<Difference> all =
          Tree.diff(new Tree(nodes, from), new Tree(nodes, after.root(part)), new byte[0]);
      while (all.hasNext()) {
        changes = changes.and(all.next());
      }
    }
    return changes;
  }
}
