package dev.varve.version;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.blob.ValueSource;
import dev.varve.blob.WriteTotals;
import dev.varve.error.BackendException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.NodeSource;
import dev.varve.tree.Totals;
import dev.varve.tree.TreeEditor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Edits to a branch, seen by nobody else until {@link #commit}, and dropped by {@link #close}
 * without it. A transaction sees its own edits. One thread.
 *
 * <p>Values go to the store as they are put; a dropped transaction leaves them there, unreferenced.
 * Edits are held in memory up to {@link Overlay#MAX_EDITS} and then become an uncommitted tree, so
 * memory is bounded whatever the number of edits.
 *
 * <p>Isolation is that of a snapshot: a commit is refused where it writes what somebody else
 * changed since the base (and where the {@link ConflictRule} says so); what was only read does not
 * count. While {@link #commit} waits, another thread that commits to the same branch may do its
 * work.
 */
public final class Transaction implements View, AutoCloseable {
  private static final int MAX_STORED = 1 << 16;

  private final Repository repository;
  private final RefName branch;
  private final Optional<ContentHash> base;
  private final Manifest baseManifest;
  private final boolean branchExisted;
  private final BlobWriter writer;
  private final StagedNodes nodes;
  private final NodeSource source;
  private final Overlay overlay = new Overlay();

  /**
   * Hashes seen stored by this transaction; a look at each of many references would cost more than
   * they.
   */
  private final Set<ContentHash> stored = new HashSet<>();

  private Optional<RefRecord> head;
  private Manifest staged;
  private boolean open = true;

  Transaction(
      Repository repository, RefName branch, Optional<RefRecord> head, Optional<ContentHash> base) {
    this.repository = repository;
    this.branch = branch;
    this.head = head;
    this.base = base;
    this.branchExisted = head.flatMap(RefRecord::target).isPresent();
    this.writer = repository.backend().blobs().writer(repository.backend().refs().epoch(head));
    this.nodes = new StagedNodes(writer, repository.config());
    this.source = repository.nodes().over(nodes::find);
    this.baseManifest =
        base.map(id -> repository.commit(id).manifest()).orElse(repository.emptyManifest());
    this.staged = baseManifest;
  }

  /** The branch to commit to. */
  public String branch() {
    return branch.name();
  }

  /** The commit that the edits are made against, or empty for none. */
  public Optional<ContentHash> base() {
    return base;
  }

  /** What was stored so far. */
  public WriteTotals written() {
    return writer.totals();
  }

  /** Sets a key to the buffer's remaining bytes, which must not change before the commit. */
  public void put(Key key, ByteBuffer bytes) {
    put(key, HashedValue.of(repository.config().hash(), bytes));
  }

  /** Sets a key to a value of any size, read twice where it is large; memory stays bounded. */
  public void put(Key key, ValueSource value) {
    put(key, HashedValue.of(repository.config().hash(), value));
  }

  /** Sets a key to a value that was hashed before, by whatever thread. */
  public void put(Key key, HashedValue value) {
    requireOpen();
    edit(key, Optional.of(store(key, value)));
  }

  private Entry store(Key key, HashedValue value) {
    if (value.length() == 0) {
      return Entry.EMPTY;
    }
    if (value.bytes().isPresent()) {
      ByteBuffer bytes = value.bytes().get();
      if (Manifest.isMetadata(key) && bytes.remaining() <= Entry.Inline.MAX_BYTES) {
        return new Entry.Inline(bytes);
      }
      writer.put(value.hash(), bytes);
    } else {
      writer.put(value.hash(), value.source().orElseThrow());
    }
    return new Entry.Blob(value.hash(), value.length());
  }

  /**
   * Sets a key to a value that is stored already, such as another key's.
   *
   * @throws MissingBlobException where it is not
   * @throws IllegalArgumentException where a key of this kind does not hold its value so
   */
  public void putStored(Key key, Entry entry) {
    requireOpen();
    if (entry instanceof Entry.Blob blob) {
      requireStored(key, blob.hash());
    }
    putFound(key, entry);
  }

  /** Sets a key to a value that was found stored. */
  private void putFound(Key key, Entry entry) {
    boolean document = Manifest.isMetadata(key);
    if (entry instanceof Entry.Inline && !document) {
      throw new IllegalArgumentException("only documents stand in a node, not " + key);
    }
    if (document && entry instanceof Entry.Blob blob && blob.length() <= Entry.Inline.MAX_BYTES) {
      put(key, repository.blobs().get("the value of " + key, blob.hash(), Entry.Inline.MAX_BYTES));
    } else {
      edit(key, Optional.of(entry));
    }
  }

  /**
   * Sets many keys to values that are stored already, as {@link #putStored(Key, Entry)} does one;
   * costs far less than as many calls. They are looked for {@value ReferenceLots#LOT} at a time,
   * each lot before any of it becomes an edit. Another thread, which is done when this returns,
   * looks for the next {@value ReferenceLots#AHEAD} lots meanwhile, so the iterator is asked for
   * these before, and so many are held.
   *
   * @throws MissingBlobException where one is not stored; the lots before it are edits already
   */
  public void putStored(Iterator<KeyEntry> all) {
    requireOpen();
    try (ReferenceLots lots =
        new ReferenceLots(
            repository.backend().blobs(),
            this::flush,
            each -> putFound(each.key(), each.entry()))) {
      lots.putAll(all);
    }
  }

  private void requireStored(Key key, ContentHash hash) {
    if (stored.contains(hash)) {
      return;
    }
    if (isMissing(hash)) {
      flush();
      if (isMissing(hash)) {
        throw new MissingBlobException("the value of " + key, hash.toString());
      }
    }
    if (stored.size() >= MAX_STORED) {
      stored.clear();
    }
    stored.add(hash);
  }

  private boolean isMissing(ContentHash hash) {
    return !repository.backend().blobs().missing(Set.of(hash)).isEmpty();
  }

  /** Makes all that was put durable. */
  Evidence flush() {
    Evidence evidence = writer.flush();
    nodes.flushed();
    return evidence;
  }

  /** Removes a key; says whether it was there. */
  public boolean delete(Key key) {
    requireOpen();
    boolean there = entry(key).isPresent();
    if (there) {
      edit(key, Optional.empty());
    }
    return there;
  }

  /** Removes all keys below a directory; says how many there were. */
  public long deleteDirectory(String directory) {
    requireOpen();
    spill();
    Iterator<KeyEntry> all = view().entries(directory);
    long count = 0;
    while (all.hasNext()) {
      edit(all.next().key(), Optional.empty());
      count++;
    }
    return count;
  }

  private void edit(Key key, Optional<Entry> entry) {
    overlay.set(key, entry);
    if (overlay.isFull()) {
      spill();
    }
  }

  /** Turns the edits held in memory into uncommitted nodes. */
  private void spill() {
    staged = overlay.applyTo(staged, source, nodes);
  }

  /**
   * Makes everything durable as a manifest that no commit names yet: 64 bytes are all that another
   * process needs to join this work to its own by {@link #apply}.
   */
  public Manifest stage() {
    requireOpen();
    spill();
    for (Part part : Part.values()) {
      if (staged.root(part).equals(source.emptyRoot())) {
        TreeEditor.putEmpty(source, nodes);
      }
    }
    flush();
    return staged;
  }

  /**
   * Takes over what another transaction staged on the same base. Where both edited a key
   * differently, or the conflict rule finds a clash, nothing is taken.
   *
   * @return the conflicts, at most {@link Conflicts#MAX_KEPT}; none where it was done
   */
  public List<Conflict> apply(Manifest worker) {
    requireOpen();
    spill();
    ThreeWay three = new ThreeWay(baseManifest, worker, staged, source, repository.blobs());
    Conflicts conflicts = new Conflicts();
    three.check(repository.conflictRule(), conflicts);
    if (conflicts.isEmpty()) {
      requireValues(three);
      staged = three.join(nodes);
    }
    return conflicts.list();
  }

  /**
   * A stored node proves nothing about what it names: every value that a worker added is looked
   * for.
   */
  private void requireValues(ThreeWay three) {
    Map<ContentHash, Key> batch = new HashMap<>();
    for (Part part : Part.values()) {
      Iterator<Difference> added = three.ours(part, "");
      while (added.hasNext()) {
        Difference next = added.next();
        if (next.after().isPresent() && next.after().get() instanceof Entry.Blob blob) {
          batch.put(blob.hash(), next.key());
        }
        if (batch.size() >= 1000 || !added.hasNext()) {
          for (ContentHash absent : repository.backend().blobs().missing(batch.keySet())) {
            throw new MissingBlobException("the value of " + batch.get(absent), absent.toString());
          }
          batch.clear();
        }
      }
    }
  }

  /**
   * Makes the edits one commit of the branch. Where the branch moved since the base, they are
   * joined to what it holds now if nothing clashes, as often as it takes.
   *
   * <p>The transaction is over with {@link CommitOutcome.Committed} and {@link
   * CommitOutcome.Unchanged}; after {@link CommitOutcome.Conflicted} it may be looked at and
   * closed.
   *
   * @throws dev.varve.error.UnknownOutcomeException where it cannot be told whether it happened
   * @throws BackendException where storage failed, and then nothing happened
   */
  public CommitOutcome commit(CommitInfo info) {
    requireOpen();
    spill();
    return repository.line().commit(branch, this, info);
  }

  /** What joining the edits to a state came to. */
  sealed interface Joined {
    /** A commit, which is with the writer. */
    record Made(Publication.Written written, Changes changes) implements Joined {}

    /** No commit, and that stays. */
    record Settled(CommitOutcome outcome) implements Joined {}

    /** It cannot be told before the commit that it was to follow is on the branch. */
    record Later() implements Joined {}
  }

  /** What the edits' values and nodes go to. */
  BlobWriter writer() {
    return writer;
  }

  /** The newest record of the branch that this knows of. */
  Optional<RefRecord> head() {
    return head;
  }

  /** What is stored, and what was put and is not flushed. */
  NodeSource nodes() {
    return source;
  }

  /** A node that was put and need not be shown by the store yet. */
  Optional<ByteBuffer> unflushed(ContentHash hash) {
    return nodes.find(hash);
  }

  /**
   * Joins the edits to what a record of the branch names or, where there is one, to a commit that
   * is to be on the branch before this.
   *
   * @param all the nodes of this and of the commits before
   */
  Joined join(
      Optional<RefRecord> newest,
      Optional<Publication.Written> before,
      NodeSource all,
      CommitInfo info) {
    head = newest;
    Optional<ContentHash> current =
        before.map(Publication.Written::id).or(() -> head.flatMap(RefRecord::target));
    if (current.isEmpty() && branchExisted) {
      throw BackendException.permanent(
          "cannot commit to "
              + branch.name()
              + ": the branch was deleted since the transaction began; nothing was changed",
          null);
    }
    Optional<ContentHash> parent = current.or(() -> base);
    Manifest onto =
        before
            .map(Publication.Written::commit)
            .or(() -> parent.map(repository::commit))
            .map(Commit::manifest)
            .orElse(baseManifest);
    ThreeWay three = new ThreeWay(baseManifest, staged, onto, all, repository.blobs());
    if (!onto.equals(baseManifest)) {
      Conflicts conflicts = new Conflicts();
      three.check(repository.conflictRule(), conflicts);
      if (!conflicts.isEmpty()) {
        return before.isPresent()
            ? new Joined.Later()
            : new Joined.Settled(
                new CommitOutcome.Conflicted(conflicts.list(), conflicts.complete(), current));
      }
    }
    Manifest joined = three.join(nodes);
    if (joined.equals(onto)) {
      return before.isPresent()
          ? new Joined.Later()
          : new Joined.Settled(unchanged(publication(), current));
    }
    // Counted before the ref is written: after that, no failure to read may hide that it
    // happened.
    Changes changes = ThreeWay.count(all, parent.map(p -> onto), joined);
    Publication.Written written =
        publication().write(parent.map(List::of).orElse(List.of()), before, joined, all, info);
    return new Joined.Made(written, changes);
  }

  private Publication publication() {
    return new Publication(repository, branch, writer);
  }

  RefChange change(Publication.Written last, boolean forward, String reason) {
    return publication().change(last.id(), forward, reason, last.carried());
  }

  RefOutcome flushAndSet(Optional<RefRecord> newest, RefChange change) {
    return publication().flushAndSet(newest, change);
  }

  /**
   * Takes note of what became of a commit.
   *
   * @return empty where it lost and is to be joined anew
   */
  Optional<CommitOutcome> published(Joined.Made made, RefOutcome outcome) {
    nodes.flushed();
    Publication.Written written = made.written();
    if (!(outcome instanceof RefOutcome.Unknown)) {
      repository.remember(written.id(), written.commit(), written.length());
    }
    if (outcome instanceof RefOutcome.Done) {
      open = false;
      return Optional.of(
          new CommitOutcome.Committed(
              written.id(), written.commit(), branch.name(), made.changes(), writer.totals()));
    }
    head = publication().afterLoss(written.id(), outcome);
    return Optional.empty();
  }

  /** No commit; but a branch that is asked for from a base is made. */
  private CommitOutcome unchanged(Publication publication, Optional<ContentHash> current) {
    if (current.isEmpty() && base.isPresent()) {
      Evidence evidence = new Evidence(repository.backend().refs().epoch(head));
      RefOutcome outcome = publication.point(head, base.get(), false, "branch: created", evidence);
      if (!(outcome instanceof RefOutcome.Done)) {
        publication.afterLoss(base.get(), outcome);
        throw BackendException.transientFailure(
            "cannot create "
                + branch.name()
                + ": somebody else did; nothing was changed, try again",
            null);
      }
    }
    open = false;
    return new CommitOutcome.Unchanged(current.or(() -> base), branch.name());
  }

  private ManifestView view() {
    return new ManifestView(staged, source, repository.blobs());
  }

  private ManifestView wholeView() {
    spill();
    return view();
  }

  @Override
  public Optional<Entry> entry(Key key) {
    return overlay.holds(key) ? overlay.get(key) : view().entry(key);
  }

  @Override
  public Iterator<KeyEntry> entries(String directory) {
    return wholeView().entries(directory);
  }

  @Override
  public Iterator<KeyEntry> entries(Part part, String directory) {
    return wholeView().entries(part, directory);
  }

  @Override
  public Iterator<Listed> list(String directory) {
    return wholeView().list(directory);
  }

  @Override
  public Totals totals(String directory) {
    return wholeView().totals(directory);
  }

  @Override
  public Totals totals(Part part, String directory) {
    return wholeView().totals(part, directory);
  }

  @Override
  public ContentHash hashOf(Entry entry) {
    return view().hashOf(entry);
  }

  @Override
  public Optional<ByteBuffer> get(Key key) {
    return entry(key).map(entry -> value(key, entry));
  }

  @Override
  public ByteBuffer value(Key key, Entry entry) {
    show(entry);
    return view().value(key, entry);
  }

  @Override
  public long copy(Key key, Entry entry, OutputStream out) throws IOException {
    show(entry);
    return view().copy(key, entry, out);
  }

  @Override
  public ByteBuffer range(Key key, Entry entry, long position, int count) {
    show(entry);
    return view().range(key, entry, position, count);
  }

  /** A store need not show what was put before it is flushed. */
  private void show(Entry entry) {
    if (entry instanceof Entry.Blob blob && isMissing(blob.hash())) {
      flush();
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the transaction on " + branch.name() + " is over");
    }
  }

  @Override
  public void close() {
    open = false;
    writer.close();
  }
}
