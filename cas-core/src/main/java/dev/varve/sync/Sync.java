package dev.varve.sync;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings refs of one repository, and all that they reach, to another. One thread, which starts
 * others and ends them; memory as {@link SyncSettings} says.
 *
 * <ol>
 *   <li>Read the refs of both. A branch of the receiver must be an ancestor of the sender's; a tag
 *       must be equal or absent. Otherwise nothing moves.
 *   <li>Find the commits that no ref of the receiver reaches. What a ref reaches is whole.
 *   <li>Send what they add and the receiver has not stored.
 *   <li>Make it durable; only then move the refs.
 * </ol>
 *
 * Stopped anywhere, it is simply run again: what was sent is found there.
 */
public final class Sync {
  private static final int MAX_ATTEMPTS = 10;

  private final Repository from;
  private final Repository to;
  private final RefSelection selection;
  private final SyncSettings settings;
  private final SyncProgress progress;

  /** Copies every branch and tag, as a push does. */
  public Sync(Repository from, Repository to, SyncProgress progress) {
    this(
        from,
        to,
        RefSelection.everything(),
        SyncSettings.standard(SyncSettings.Near.SENDER),
        progress);
  }

  /** Copies from {@code from} to {@code to}; both must name objects by the same algorithm. */
  public Sync(
      Repository from,
      Repository to,
      RefSelection selection,
      SyncSettings settings,
      SyncProgress progress) {
    requireAlike(from, to);
    this.from = from;
    this.to = to;
    this.selection = selection;
    this.settings = settings;
    this.progress = progress;
  }

  static void requireAlike(Repository from, Repository to) {
    if (from.config().hash() != to.config().hash()) {
      throw BackendException.permanent(
          "cannot copy from "
              + from.location()
              + " to "
              + to.location()
              + ": one names objects by "
              + from.config().hash().label()
              + ", the other by "
              + to.config().hash().label(),
          null);
    }
    to.config().requireWritable(to.location());
  }

  /** Says what would be copied, and changes nothing. */
  public SyncReport preview() {
    Tally tally = new Tally();
    attempt(tally, false);
    return tally.report();
  }

  /** Copies what is missing and moves the refs. */
  public SyncReport run() {
    Tally tally = new Tally();
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt(tally, true)) {
        return tally.report();
      }
    }
    throw BackendException.transientFailure(
        "cannot copy to "
            + to.location()
            + ": its refs moved each time; what was sent stays, try again",
        null);
  }

  /** What all attempts together did. */
  private static final class Tally {
    private final List<RefMove> moves = new ArrayList<>();
    private List<RefMove> diverged = List.of();
    private final Set<ContentHash> commits = new HashSet<>();
    private SyncState state = SyncState.NONE;
    private long asked;
    private long listed;

    SyncReport report() {
      return new SyncReport(
          moves,
          diverged,
          commits.size(),
          state.objects(),
          state.bytes(),
          state.large(),
          state.largeBytes(),
          state.present(),
          state.presentBytes(),
          asked,
          listed);
    }
  }

  /** One attempt; false where somebody else moved a ref meanwhile. */
  private boolean attempt(Tally tally, boolean copy) {
    Receiver receiver = new Receiver(to);
    List<RefWish> wishes = selection.of(from);
    receiver.read(wishes.stream().map(RefWish::name).toList());
    List<RefWish> open =
        wishes.stream()
            .filter(wish -> !held(receiver, wish).equals(Optional.of(wish.commit())))
            .toList();
    if (open.isEmpty()) {
      return true;
    }
    boolean senderIsNear = settings.near() == SyncSettings.Near.SENDER;
    CommitGraph graph = new CommitGraph(senderIsNear ? from : to, senderIsNear ? to : from);
    tally.diverged =
        open.stream()
            .filter(wish -> !allowed(graph, receiver, wish))
            .map(wish -> move(receiver, wish))
            .toList();
    if (!tally.diverged.isEmpty()) {
      return true;
    }
    if (open.stream().anyMatch(wish -> held(receiver, wish).isEmpty())) {
      // What other refs there reach need not be sent.
      receiver.readAll();
    }
    Set<ContentHash> heads = new LinkedHashSet<>();
    open.forEach(wish -> heads.add(wish.commit()));
    CommitGraph.NewCommits commits = graph.newCommits(heads, receiver.commits());
    tally.commits.addAll(commits.ids());
    StoredNames names = new StoredNames(to.backend().blobs());
    if (!copy) {
      send(tally, graph, commits, names, null);
      open.forEach(wish -> tally.moves.add(move(receiver, wish)));
      return true;
    }
    // The epoch is read before anything is found stored: that is good to this epoch then.
    List<RefName> moved = open.stream().map(RefWish::name).toList();
    try (BlobWriter writer = to.backend().blobs().writer(receiver.epoch(moved))) {
      send(tally, graph, commits, names, writer);
      Evidence evidence = writer.flush();
      RefWrites refs = new RefWrites(to, "copied from " + from.location());
      for (RefWish wish : open) {
        RefMove move = move(receiver, wish);
        // A branch is here only if it moves forward; the others' records claim no more than is so.
        boolean forward =
            wish.rule() == RefWish.Rule.FORWARD
                ? move.from().isPresent()
                : move.from().filter(old -> forward(graph, wish, old)).isPresent();
        if (!refs.move(receiver.record(wish.name()), move, forward, evidence, from)) {
          return false;
        }
        tally.moves.add(move);
      }
      return true;
    }
  }

  private void send(
      Tally tally,
      CommitGraph graph,
      CommitGraph.NewCommits commits,
      StoredNames names,
      @Nullable BlobWriter writer) {
    names.learn(commits.keys());
    CommitWalk walk = new CommitWalk(graph, from.nodes(), new HashSet<>(commits.ids()));
    Transfer transfer = new Transfer(from, names, writer, settings, progress, tally.state);
    try {
      transfer.run(commits.ids().stream().map(id -> source(walk, id)).toList());
    } finally {
      tally.state = transfer.state();
      tally.asked += names.asked();
      tally.listed += names.listed();
    }
  }

  private static WantSource source(CommitWalk walk, ContentHash id) {
    return new WantSource() {
      @Override
      public long expectedBytes() {
        return walk.expectedBytes(id);
      }

      @Override
      public void find(Consumer<Wanted> wants) {
        walk.walk(id, wants);
      }
    };
  }

  private static Optional<ContentHash> held(Receiver receiver, RefWish wish) {
    return receiver.record(wish.name()).flatMap(record -> record.target());
  }

  private static RefMove move(Receiver receiver, RefWish wish) {
    return new RefMove(wish.name(), held(receiver, wish), wish.commit());
  }

  private boolean allowed(CommitGraph graph, Receiver receiver, RefWish wish) {
    Optional<ContentHash> old = held(receiver, wish);
    return old.isEmpty()
        || switch (wish.rule()) {
          case ONCE -> false;
          case FOLLOW -> true;
          case FORWARD -> forward(graph, wish, old.get());
        };
  }

  private boolean forward(CommitGraph graph, RefWish wish, ContentHash old) {
    // All that a commit of the sender reaches is at the sender.
    return !from.backend().blobs().missing(List.of(old)).contains(old)
        && graph.reaches(wish.commit(), old);
  }
}
