package dev.varve.version;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.FlushingRefStore;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.tree.NodeSource;
import dev.varve.tree.TreeEditor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Writes one commit and moves a branch to it. The order is the algorithm: values and nodes are with
 * the writer already, then the commit, then the flush makes all of it durable, and the ref is
 * written after that or, where the store can, in the same step. One thread.
 */
final class Publication {
  private final Repository repository;
  private final RefName branch;
  private final BlobWriter writer;

  Publication(Repository repository, RefName branch, BlobWriter writer) {
    this.repository = repository;
    this.branch = branch;
    this.writer = writer;
  }

  /** A commit that was stored, and what became of the ref. */
  record Attempt(ContentHash id, Commit commit, RefOutcome outcome) {}

  /**
   * A commit that is with the writer.
   *
   * @param length of its bytes
   * @param carried what a record that names it carries
   */
  record Written(ContentHash id, Commit commit, int length, List<ByteBuffer> carried) {}

  /**
   * Makes a commit of a manifest, whose nodes {@code nodes} has, and tries once to move the branch
   * to it.
   */
  Attempt attempt(
      Optional<RefRecord> head,
      List<ContentHash> parents,
      Manifest manifest,
      NodeSource nodes,
      CommitInfo info,
      boolean forward) {
    Written written = write(parents, Optional.empty(), manifest, nodes, info);
    String reason = "commit: " + firstLine(info.message());
    RefOutcome outcome =
        flushAndSet(head, change(written.id(), forward, reason, written.carried()));
    if (!(outcome instanceof RefOutcome.Unknown)) {
      repository.remember(written.id(), written.commit(), written.length());
    }
    return new Attempt(written.id(), written.commit(), outcome);
  }

  /**
   * Makes a commit of a manifest, whose nodes {@code nodes} has, and hands it to the writer.
   *
   * @param before one of the parents where that need not be stored yet
   */
  Written write(
      List<ContentHash> parents,
      Optional<Written> before,
      Manifest manifest,
      NodeSource nodes,
      CommitInfo info) {
    Environment environment = repository.environment();
    View view = new ManifestView(manifest, nodes, repository.blobs());
    long generation = 1;
    for (ContentHash parent : parents) {
      Commit known =
          before
              .filter(each -> each.id().equals(parent))
              .map(Written::commit)
              .orElseGet(() -> repository.commit(parent));
      generation = Math.max(generation, known.nextGeneration(parent));
    }
    Commit commit =
        new Commit(
            parents,
            generation,
            manifest,
            view.totals(Part.META, ""),
            view.totals(Part.CHUNKS, ""),
            environment.nowMillis(),
            environment.user(),
            info.message(),
            info.attributes(),
            environment.nonce());
    for (Part part : Part.values()) {
      if (manifest.root(part).equals(repository.nodes().emptyRoot())) {
        TreeEditor.putEmpty(repository.nodes(), writer::put);
      }
    }
    ByteBuffer bytes = CommitCodec.encode(commit);
    ContentHash id = repository.config().hash().hash(bytes);
    writer.put(id, bytes);
    List<ByteBuffer> carried = Carried.of(id, commit, nodes, repository.backend().refs().carries());
    return new Written(id, commit, bytes.remaining(), carried);
  }

  /** Makes everything durable, and then, or in the same step, moves the branch. */
  RefOutcome flushAndSet(Optional<RefRecord> head, RefChange change) {
    RefStore refs = repository.backend().refs();
    return refs instanceof FlushingRefStore both
        ? both.flushAndSet(List.of(writer), head, change)
        : refs.compareAndSet(head, change, writer.flush());
  }

  /** Tries once to move the branch to a commit that is durable. */
  RefOutcome point(
      Optional<RefRecord> head, ContentHash id, boolean forward, String reason, Evidence evidence) {
    RefStore refs = repository.backend().refs();
    List<ByteBuffer> carried = repository.carriedWith(id, refs.carries());
    return refs.compareAndSet(head, change(id, forward, reason, carried), evidence);
  }

  RefChange change(ContentHash id, boolean forward, String reason, List<ByteBuffer> carried) {
    Environment environment = repository.environment();
    return new RefChange(
        branch,
        Optional.of(id),
        forward,
        environment.nonce(),
        reason,
        environment.user(),
        environment.nowMillis(),
        carried);
  }

  /**
   * The record to build on next, after a lost race.
   *
   * @throws UnknownOutcomeException where it cannot be told whether the branch moved
   * @throws BackendException where collections overtook the transaction
   */
  Optional<RefRecord> afterLoss(ContentHash id, RefOutcome outcome) {
    if (outcome instanceof RefOutcome.Lost lost) {
      return lost.current();
    }
    if (outcome instanceof RefOutcome.Overtaken overtaken) {
      throw BackendException.transientFailure(
          "cannot commit to "
              + branch.name()
              + ": collections went on to epoch "
              + overtaken.epoch()
              + " since the transaction began; nothing was changed, begin it again",
          null);
    }
    if (outcome instanceof RefOutcome.Unknown unknown) {
      throw new UnknownOutcomeException(
          "commit "
              + id
              + " to "
              + branch.name()
              + " may have happened: "
              + unknown.why().getMessage()
              + "; 'varve log' tells whether it did",
          unknown.why());
    }
    throw new IllegalStateException("not a loss: " + outcome);
  }

  static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
