package dev.varve.zarr;

import dev.varve.tree.Difference;
import dev.varve.version.Conflict;
import dev.varve.version.ConflictRule;
import dev.varve.version.Part;
import dev.varve.version.Sides;
import dev.varve.version.View;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Which edits of two sides clash in a Zarr hierarchy although they are of different keys:
 *
 * <ol>
 *   <li>a chunk written or deleted in an array whose structure the other side changed, or which it
 *       deleted. Structure is everything in the document but the attributes: a change of attributes
 *       alone clashes with no chunk, in either format;
 *   <li>anything created or changed below a node that the other side deleted;
 *   <li>different nodes created at one path, as an array in format 2 and one in format 3;
 *   <li>a node created below a path at which the other side created an array.
 * </ol>
 *
 * <p>A key that both sides edited is not reported: where the edits differ the store itself does,
 * and equal edits agree. Of nodes that one side deleted inside one another the outermost is named.
 *
 * <p>Cost: for each document that a side edited, a few look-ups a path segment, and the other
 * side's edits below it. Immutable, thread-safe.
 */
public final class ZarrConflictRule implements ConflictRule {
  @Override
  public void check(Sides sides, Consumer<Conflict> report) {
    new Pass(sides, report, false).run();
    new Pass(sides, report, true).run();
  }

  /** One direction: what one side did to nodes, held against what the other edited. */
  private static final class Pass {
    private final Sides sides;
    private final Consumer<Conflict> report;

    /** Whether it is our nodes that are looked at, and their edits. */
    private final boolean ourNodes;

    private final View base;
    private final View nodes;
    private final View edits;
    private final ZarrTree editedTree;
    private final ZarrTree baseTree;

    Pass(Sides sides, Consumer<Conflict> report, boolean ourNodes) {
      this.sides = sides;
      this.report = report;
      this.ourNodes = ourNodes;
      this.base = sides.base();
      this.nodes = ourNodes ? sides.ours() : sides.theirs();
      this.edits = ourNodes ? sides.theirs() : sides.ours();
      this.editedTree = new ZarrTree(edits);
      this.baseTree = new ZarrTree(base);
    }

    void run() {
      Iterator<Difference> changed =
          ourNodes ? sides.ours(Part.META, "") : sides.theirs(Part.META, "");
      while (changed.hasNext()) {
        Difference document = changed.next();
        ZarrPath path = ZarrKeys.node(document.key());
        if (!ZarrKeys.makesNode(document.key()) || !editedBelow(path)) {
          continue;
        }
        NodeChange change = NodeChange.at(path, base, nodes, edits);
        // A node with documents in both formats is looked at once.
        if (document.key().name().equals(change.firstDocument())) {
          check(change);
        }
      }
    }

    /**
     * Whether the other side edited anything at or below a path; asked first, for it costs least.
     */
    private boolean editedBelow(ZarrPath path) {
      return editsBelow(Part.META, path).hasNext() || editsBelow(Part.CHUNKS, path).hasNext();
    }

    private Iterator<Difference> editsBelow(Part part, ZarrPath below) {
      return ourNodes ? sides.theirs(part, below.directory()) : sides.ours(part, below.directory());
    }

    private void check(NodeChange change) {
      if (change.agreed() || belowDeleted(change.path())) {
        return;
      }
      if (change.deleted()) {
        edited(Part.META, change.path(), edit -> belowDeletedNode(change, edit));
        edited(Part.CHUNKS, change.path(), edit -> belowDeletedNode(change, edit));
      } else if (change.restructured()) {
        edited(Part.CHUNKS, change.path(), edit -> inChangedArray(change, edit));
      }
      if (change.becameArray()) {
        edited(Part.META, change.path(), edit -> belowNewArray(change, edit));
      }
      if (change.created()) {
        edited(Part.META, change.path(), edit -> besideNewNode(change, edit));
      }
    }

    /** Whether the side deleted a node above, which then names everything below. */
    private boolean belowDeleted(ZarrPath path) {
      for (var above = path.parent(); above.isPresent(); above = above.get().parent()) {
        if (NodeState.of(base, above.get()).exists()
            && !NodeState.of(nodes, above.get()).exists()
            && NodeState.of(edits, above.get()).exists()) {
          return true;
        }
      }
      return false;
    }

    /** Reports the other side's edits below a path for which there is a reason; "" is none. */
    private void edited(Part part, ZarrPath below, Function<Difference, String> why) {
      Iterator<Difference> found = editsBelow(part, below);
      while (found.hasNext()) {
        Difference edit = found.next();
        if (!nodes.entry(edit.key()).equals(edit.before())) {
          continue; // Edited by both.
        }
        String reason = why.apply(edit);
        if (!reason.isEmpty()) {
          report.accept(
              new Conflict(
                  edit.key(),
                  edit.before(),
                  ourNodes ? edit.before() : edit.after(),
                  ourNodes ? edit.after() : edit.before(),
                  reason));
        }
      }
    }

    private String belowDeletedNode(NodeChange change, Difference edit) {
      if (edit.removed() && ZarrKeys.isDocument(edit.key())) {
        return "";
      }
      return describe(edit) + ", and " + owner(ourNodes) + " deleted " + change.baseLabel();
    }

    private String inChangedArray(NodeChange change, Difference edit) {
      if (!change.isChunk(edit.key()) || ownedBelow(change.path(), edit)) {
        return "";
      }
      return owner(!ourNodes)
          + " "
          + verb(edit)
          + " "
          + change.chunkLabel(edit.key())
          + ", and "
          + owner(ourNodes)
          + " changed its "
          + change.changedFields();
    }

    private String belowNewArray(NodeChange change, Difference edit) {
      boolean node = edit.added() && ZarrKeys.makesNode(edit.key());
      ZarrPath path = ZarrKeys.node(edit.key());
      if (!node || path.equals(change.path())) {
        return "";
      }
      return owner(!ourNodes)
          + " created node "
          + path
          + ", and "
          + owner(ourNodes)
          + " made "
          + change.path()
          + " an array, below which no node can be";
    }

    /**
     * Reported for our document, one line for the two that clash; for theirs only where each of
     * ours is there on their side as well.
     */
    private String besideNewNode(NodeChange change, Difference edit) {
      boolean other =
          edit.added()
              && ZarrKeys.makesNode(edit.key())
              && ZarrKeys.node(edit.key()).equals(change.path())
              && (!ourNodes || !change.createdAlone());
      String one = edit.key().name();
      String another = change.firstDocument();
      return other
          ? "both sides created a node at "
              + change.path()
              + ": ours has "
              + (ourNodes ? another : one)
              + ", theirs "
              + (ourNodes ? one : another)
          : "";
    }

    private boolean ownedBelow(ZarrPath array, Difference edit) {
      return editedTree
          .owner(edit.key())
          .filter(owner -> !owner.path().equals(array) && array.contains(owner.path()))
          .isPresent();
    }

    private String describe(Difference edit) {
      String thing =
          editedTree
              .chunk(edit.key())
              .or(() -> baseTree.chunk(edit.key()))
              .map(chunk -> "chunk " + chunk.coords() + " of array " + chunk.array())
              .orElse("key " + edit.key());
      return owner(!ourNodes) + " " + verb(edit) + " " + thing;
    }

    private static String verb(Difference edit) {
      return edit.removed() ? "deleted" : edit.added() ? "created" : "changed";
    }

    private static String owner(boolean ours) {
      return ours ? "our side" : "their side";
    }
  }
}
