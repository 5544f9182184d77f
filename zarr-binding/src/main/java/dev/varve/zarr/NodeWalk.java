package dev.varve.zarr;

import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Part;
import dev.varve.version.View;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The nodes at and below a path, each before what lies below it. Walks the metadata keys in order,
 * in which {@code a/b/zarr.json} comes before {@code a/zarr.json}; so a directory's node is looked
 * up as soon as the first key below the directory is met. One thread.
 */
final class NodeWalk implements Iterator<ZarrNode> {
  private final View view;
  private final Iterator<KeyEntry> documents;

  /**
   * Nodes of directories that were entered, not yet given; at most as many as a key has segments.
   */
  private final Deque<ZarrNode> ready = new ArrayDeque<>();

  /** The directory of the last document, every ancestor of which was entered. */
  private String entered;

  NodeWalk(View view, ZarrPath below) {
    this.view = view;
    this.documents = view.entries(Part.META, below.directory());
    this.entered = below.directory();
    enter(below);
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && documents.hasNext()) {
      enterAbove(documents.next().key());
    }
    return !ready.isEmpty();
  }

  @Override
  public ZarrNode next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more nodes");
    }
    return ready.removeFirst();
  }

  private void enterAbove(Key key) {
    String directory = ZarrPath.parentOf(key).directory();
    for (int end = sharedDirectory(entered, directory); end < directory.length(); ) {
      end = directory.indexOf('/', end) + 1;
      enter(ZarrPath.ofDirectory(directory.substring(0, end)));
    }
    entered = directory;
  }

  private void enter(ZarrPath path) {
    NodeState.of(view, path).node().ifPresent(ready::add);
  }

  /** Length of the longest directory that holds both. */
  private static int sharedDirectory(String a, String b) {
    int shared = 0;
    for (int i = 0; i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i); i++) {
      if (a.charAt(i) == '/') {
        shared = i + 1;
      }
    }
    return shared;
  }
}
