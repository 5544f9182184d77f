package dev.varve.version;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;

/**
 * The state of one commit, for ever. Immutable, thread-safe; holds no transaction of the backend.
 */
public final class Snapshot implements View {
  private final ContentHash id;
  private final Commit commit;
  private final ManifestView view;

  Snapshot(ContentHash id, Commit commit, ManifestView view) {
    this.id = id;
    this.commit = commit;
    this.view = view;
  }

  /** The commit's id. */
  public ContentHash id() {
    return id;
  }

  /** The commit. */
  public Commit commit() {
    return commit;
  }

  /** The state of all keys. */
  public Manifest manifest() {
    return commit.manifest();
  }

  /** One of the two trees. */
  public Tree tree(Part part) {
    return view.tree(part);
  }

  @Override
  public Optional<Entry> entry(Key key) {
    return view.entry(key);
  }

  @Override
  public Iterator<KeyEntry> entries(String directory) {
    return view.entries(directory);
  }

  @Override
  public Iterator<KeyEntry> entries(Part part, String directory) {
    return view.entries(part, directory);
  }

  @Override
  public Iterator<Listed> list(String directory) {
    return view.list(directory);
  }

  @Override
  public Totals totals(String directory) {
    return view.totals(directory);
  }

  @Override
  public Totals totals(Part part, String directory) {
    return view.totals(part, directory);
  }

  @Override
  public ContentHash hashOf(Entry entry) {
    return view.hashOf(entry);
  }

  @Override
  public Optional<ByteBuffer> get(Key key) {
    return view.get(key);
  }

  @Override
  public ByteBuffer value(Key key, Entry entry) {
    return view.value(key, entry);
  }

  @Override
  public long copy(Key key, Entry entry, OutputStream out) throws IOException {
    return view.copy(key, entry, out);
  }

  @Override
  public ByteBuffer range(Key key, Entry entry, long position, int count) {
    return view.range(key, entry, position, count);
  }
}
