package dev.varve.version;

import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefRecord;
import dev.varve.tree.NodeSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What ref records carry where a request costs more than bytes: the commit that they name and the
 * roots of its trees, so that a reader has them with the record. Nothing depends on it. What is
 * carried is proved by its hash like anything read, and what is absent, wrong or of something else
 * is read from its own place.
 */
final class Carried {
  /** Larger ones are not carried: a record is kept for ever, and each one has its own. */
  static final int MAX_EACH = 4096;

  private Carried() {}

  /**
   * The commit and its roots, as far as there is room for them.
   *
   * @param nodes knows the roots, or they are not carried: nothing is read for it
   * @param room how many bytes the record may carry
   */
  static List<ByteBuffer> of(ContentHash id, Commit commit, NodeSource nodes, int room) {
    List<ByteBuffer> carried = new ArrayList<>();
    int left = room;
    ByteBuffer bytes = room == 0 ? ByteBuffer.allocate(0) : CommitCodec.encode(commit);
    // A commit with fields that this version does not know would be encoded without them.
    if (bytes.remaining() > Math.min(left, MAX_EACH) || !nodes.algorithm().hash(bytes).equals(id)) {
      return List.of();
    }
    carried.add(bytes);
    left -= bytes.remaining();
    for (Part part : List.of(Part.CHUNKS, Part.META)) {
      ContentHash root = commit.manifest().root(part);
      Optional<ByteBuffer> node =
          root.equals(nodes.emptyRoot()) ? Optional.empty() : nodes.known(root);
      if (node.isPresent() && node.get().remaining() <= Math.min(left, MAX_EACH)) {
        carried.add(node.get());
        left -= node.get().remaining();
      }
    }
    return carried;
  }

  /**
   * Remembers what a record carries of its own target.
   *
   * @param repository has read the record from its ref, so what the target reaches is stored
   */
  static void learn(Repository repository, RefRecord record) {
    List<ByteBuffer> carried = record.carried();
    if (carried.isEmpty() || record.target().isEmpty()) {
      return;
    }
    ContentHash target = record.target().get();
    Optional<Commit> commit = repository.known(target);
    for (ByteBuffer bytes : carried) {
      ContentHash hash = repository.config().hash().hash(bytes);
      try {
        if (hash.equals(target) && commit.isEmpty()) {
          commit = Optional.of(CommitCodec.decode(hash, bytes));
          repository.remember(hash, commit.get(), bytes.remaining());
        } else if (commit.map(Commit::manifest).filter(of -> of.has(hash)).isPresent()) {
          repository.nodes().learn(hash, bytes);
        }
      } catch (StoreException unreadable) {
        // Whoever needs it reads it where it stands, and tells what is wrong with it.
      }
    }
  }
}
