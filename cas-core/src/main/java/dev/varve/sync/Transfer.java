package dev.varve.sync;

import dev.varve.blob.BlobReader;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Tree;
import dev.varve.version.Commit;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends the objects of one commit after the other. A subtree is passed over only where the commit's
 * first parent has it, which the receiver has whole by then; every other object is asked for by
 * name, because a stored node proves nothing about what lies below it. Bytes are verified as they
 * are read. One thread; holds a batch of names and one value.
 */
final class Transfer {
  private static final int BATCH = 1024;

  private final Repository from;
  private final BlobReader receiver;
  private final @Nullable BlobWriter writer;
  private final SyncProgress progress;
  private final Map<ContentHash, Wanted> batch = new LinkedHashMap<>();
  private long objects;
  private long bytes;
  private long reused;

  /** What an object is, and its length where it is known. */
  private record Wanted(String what, long length) {}

  /** Sends to {@code writer}, or only counts where there is none. */
  Transfer(
      Repository from, BlobReader receiver, @Nullable BlobWriter writer, SyncProgress progress) {
    this.from = from;
    this.receiver = receiver;
    this.writer = writer;
    this.progress = progress;
  }

  long objects() {
    return objects;
  }

  long bytes() {
    return bytes;
  }

  long reused() {
    return reused;
  }

  /** Sends what a commit adds to its first parent, the commit itself last. */
  void commit(ContentHash id) {
    Commit commit = from.commit(id);
    for (Part part : Part.values()) {
      Optional<Tree> parent =
          commit.parents().stream().findFirst().map(p -> tree(from.commit(p), part));
      tree(commit, part).walk(new byte[0], parent, new Wants());
    }
    drain();
    want(id, new Wanted("commit", -1));
    drain();
  }

  private Tree tree(Commit commit, Part part) {
    return new Tree(from.nodes(), commit.manifest().root(part));
  }

  private final class Wants implements NodeVisitor {
    @Override
    public boolean enter(ContentHash node) {
      want(node, new Wanted("node", -1));
      return true;
    }

    @Override
    public void entry(Key key, Entry entry) {
      if (entry instanceof Entry.Blob blob) {
        want(blob.hash(), new Wanted("the value of " + key, blob.length()));
      }
    }
  }

  private void want(ContentHash hash, Wanted wanted) {
    batch.putIfAbsent(hash, wanted);
    if (batch.size() >= BATCH) {
      drain();
    }
  }

  private void drain() {
    if (batch.isEmpty()) {
      return;
    }
    Set<ContentHash> missing = receiver.missing(batch.keySet());
    batch.forEach(
        (hash, wanted) -> {
          if (missing.contains(hash)) {
            send(hash, wanted);
          } else {
            reused++;
          }
        });
    batch.clear();
  }

  private void send(ContentHash hash, Wanted wanted) {
    VerifiedBlobs blobs = from.blobs();
    long length = wanted.length();
    if (writer == null) {
      if (length < 0) {
        length = blobs.get(wanted.what(), hash, Blobs.MAX_WHOLE).remaining();
      }
    } else if (length > Blobs.MAX_WHOLE) {
      writer.put(hash, blobs.source(wanted.what(), hash));
    } else {
      var value = blobs.get(wanted.what(), hash, Blobs.MAX_WHOLE);
      length = value.remaining();
      writer.put(hash, value);
    }
    objects++;
    bytes += length;
    progress.sent(objects, bytes);
  }
}
