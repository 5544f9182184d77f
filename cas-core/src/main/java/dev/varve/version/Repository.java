package dev.varve.version;

import dev.varve.blob.Mender;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Difference;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.NodeSink;
import dev.varve.tree.NodeSource;
import dev.varve.tree.TreeEditor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A repository, opened: the place where snapshots, transactions, history and refs are had. It holds
 * no algorithm. Thread-safe; what it gives says its own rules. Memory: a cache of {@link
 * #NODE_CACHE_BYTES}, whatever the repository holds.
 */
public final class Repository implements AutoCloseable {
  /** How many bytes of verified tree nodes are kept. */
  public static final long NODE_CACHE_BYTES = 64L << 20;

  /** Only commits up to so many bytes are remembered. */
  private static final int SMALL_COMMIT = 4096;

  private final Backend backend;
  private final RepositoryConfig config;
  private final Environment environment;
  private final ConflictRule rule;
  private final VerifiedBlobs blobs;
  private final NodeSource nodes;
  private final Refs refs;
  private final CommitCache commits = new CommitCache();
  private final History history = new History(this::commit);
  private final CommitLine line = new CommitLine(this);

  private Repository(
      Backend backend, RepositoryConfig config, Environment environment, ConflictRule rule) {
    this(backend, config, environment, rule, new VerifiedBlobs(backend.blobs(), config.hash()));
  }

  private Repository(
      Backend backend,
      RepositoryConfig config,
      Environment environment,
      ConflictRule rule,
      VerifiedBlobs blobs) {
    this.backend = backend;
    this.config = config;
    this.environment = environment;
    this.rule = rule;
    this.blobs = blobs;
    long cache = Math.min(NODE_CACHE_BYTES, Runtime.getRuntime().maxMemory() / 8);
    this.nodes = new NodeSource(blobs, cache);
    this.refs = new Refs(backend.refs(), this);
  }

  /**
   * Makes a new, empty repository. It has no branch; the first commit makes one.
   *
   * @throws BackendException where there is a repository already; nothing is touched
   */
  public static Repository create(
      Backend backend, RepositoryConfig config, Environment environment, ConflictRule rule) {
    RepositoryConfig written = config.in(backend);
    if (!backend.createConfig(written.encode())) {
      throw BackendException.permanent(
          "there is a repository already at " + backend.location(), null);
    }
    return opened(backend, written, environment, rule);
  }

  /**
   * Opens what {@link #create} made.
   *
   * @throws NotFoundException where there is none
   * @throws UnsupportedFormatException where it needs a newer program
   */
  public static Repository open(Backend backend, Environment environment, ConflictRule rule) {
    return open(backend, environment, rule, "");
  }

  /**
   * As the other, for who resolves a revision, or begins a transaction on a branch, before anything
   * else: storage that is far away may begin to read it beside the configuration. So what is then
   * found may be what the branch held at any moment since this was called.
   *
   * @param first the revision or branch, or "" where it is not known
   */
  public static Repository open(
      Backend backend, Environment environment, ConflictRule rule, String first) {
    Revisions.branch(first).ifPresent(backend.refs()::expect);
    ByteBuffer bytes =
        backend
            .config()
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "no repository at " + backend.location() + "; 'varve init' makes one"));
    return opened(backend, RepositoryConfig.decode(bytes), environment, rule);
  }

  private static Repository opened(
      Backend backend, RepositoryConfig config, Environment environment, ConflictRule rule) {
    backend.namedBy(config.hash());
    if (config.singleWriter()) {
      backend.requireSoleWriter();
    }
    return new Repository(backend, config, environment, rule);
  }

  /**
   * The same repository with a node cache of its own, whose reads of commits, nodes and whole
   * values are {@link VerifiedBlobs#mendedBy}. Closing either closes both.
   */
  public Repository mending(Mender mender) {
    return new Repository(backend, config, environment, rule, blobs.mendedBy(mender));
  }

  /** What the repository was created with. */
  public RepositoryConfig config() {
    return config;
  }

  /** Where it lives. */
  public Backend backend() {
    return backend;
  }

  /** Where it lives, for messages. */
  public String location() {
    return backend.location();
  }

  /** The clock and the random numbers in use. */
  public Environment environment() {
    return environment;
  }

  /** Verified reads of what is stored. */
  public VerifiedBlobs blobs() {
    return blobs;
  }

  /** The nodes of all trees. */
  public NodeSource nodes() {
    return nodes;
  }

  /** The rule that finds conflicts beyond one key's. */
  public ConflictRule conflictRule() {
    return rule;
  }

  /** Branches and tags. */
  public Refs refs() {
    return refs;
  }

  /** Merges, reverts, picks and squashes. */
  public Rewrites rewrites() {
    return new Rewrites(this);
  }

  /**
   * The commit that a revision names; {@link Revisions} has the grammar: {@code main}, {@code v1},
   * an id or its first digits, {@code main~3}, {@code main@{2026-01-01T00:00Z}}.
   *
   * @throws NotFoundException where it names nothing, or more than one commit
   * @throws dev.varve.error.InvalidNameException where it is not well formed
   */
  public ContentHash resolve(String revision) {
    return new Revisions(this).resolve(revision);
  }

  /** A commit by id. Some that were read before are remembered, already proved. */
  public Commit commit(ContentHash id) {
    Commit known = commits.get(id);
    if (known != null) {
      return known;
    }
    ByteBuffer bytes = blobs.get("commit", id, CommitCodec.MAX_BYTES);
    Commit commit = CommitCodec.decode(id, bytes);
    remember(id, commit, bytes.remaining());
    return commit;
  }

  /** A commit that was read before and is remembered; asks no store. */
  Optional<Commit> known(ContentHash id) {
    return Optional.ofNullable(commits.get(id));
  }

  /** Where threads stand that commit. */
  CommitLine line() {
    return line;
  }

  /** Remembers a commit that is stored. */
  void remember(ContentHash id, Commit commit, int length) {
    if (length <= SMALL_COMMIT) {
      commits.put(id, commit);
    }
  }

  /** Whether a commit is stored under an id. */
  public boolean isCommit(ContentHash id) {
    try {
      return !backend.blobs().missing(List.of(id)).contains(id)
          && CommitCodec.looksLike(blobs.get("commit", id, CommitCodec.MAX_BYTES));
    } catch (CorruptDataException notOne) {
      if (notOne.actual() != null) {
        throw notOne;
      }
      return false;
    }
  }

  /** The state that a revision names. */
  public Snapshot snapshot(String revision) {
    return snapshot(resolve(revision));
  }

  /** The state of a commit. */
  public Snapshot snapshot(ContentHash id) {
    Commit commit = commit(id);
    return new Snapshot(id, commit, new ManifestView(commit.manifest(), nodes, blobs));
  }

  /** Any manifest as a view, such as a worker's. */
  public View view(Manifest manifest) {
    return new ManifestView(manifest, nodes, blobs);
  }

  /** The manifest without keys. */
  public Manifest emptyManifest() {
    return new Manifest(nodes.emptyRoot(), nodes.emptyRoot());
  }

  /** Commits reached from some, each once, children before parents. */
  public Iterator<Logged> history(Collection<ContentHash> from) {
    return history.from(from);
  }

  /** Whether {@code ancestor} is {@code descendant} or is reached from it. */
  public boolean reaches(ContentHash descendant, ContentHash ancestor) {
    return history.reaches(descendant, ancestor);
  }

  /** The commit where two histories part, or empty where they share none. */
  public Optional<ContentHash> mergeBase(ContentHash a, ContentHash b) {
    return history.mergeBase(a, b);
  }

  /** What differs in one tree below a directory ("" for all), in key order; costs what differs. */
  public Iterator<Difference> diff(Manifest before, Manifest after, Part part, String directory) {
    return ThreeWay.diff(nodes, before, after, part, directory);
  }

  /**
   * The content hash of what lies below a directory of a view, with the directory taken off the
   * keys: equal for equal content wherever it lies, and for "" the root that commits show. Reads
   * all keys below, no values; stores nothing.
   */
  public ContentHash contentHash(View view, String directory) {
    int cut = ManifestView.prefix(directory).length;
    Manifest manifest = emptyManifest();
    for (Part part : Part.values()) {
      TreeEditor editor = new TreeEditor(nodes, NodeSink.DISCARD, nodes.emptyRoot());
      Iterator<KeyEntry> all = view.entries(part, directory);
      while (all.hasNext()) {
        KeyEntry each = all.next();
        byte[] key = each.key().toUtf8();
        editor.put(Key.ofUtf8(Arrays.copyOfRange(key, cut, key.length)), each.entry());
      }
      manifest = manifest.with(part, editor.finish());
    }
    return manifest.root(config.hash());
  }

  /** Edits to what a branch holds now; a branch that is not there begins empty. */
  public Transaction begin(String branch) {
    RefName name = RefName.branch(branch);
    Optional<RefRecord> record = newest(name);
    return begin(name, record, record.flatMap(RefRecord::target));
  }

  /** Edits made against a commit; a branch that is not there is made from it. */
  public Transaction begin(String branch, ContentHash base) {
    RefName name = RefName.branch(branch);
    return begin(name, newest(name), Optional.of(base));
  }

  /** The newest record of a ref; what it carries need not be read any more. */
  Optional<RefRecord> newest(RefName name) {
    Optional<RefRecord> record = backend.refs().read(name);
    record.ifPresent(each -> Carried.learn(this, each));
    return record;
  }

  /**
   * What a record should carry that names a commit of this repository, see {@link
   * RefRecord#carried}.
   *
   * @param room how many bytes it may carry, as {@link dev.varve.ref.RefStore#carries} of the store
   *     where it is written says
   */
  public List<ByteBuffer> carriedWith(ContentHash id, int room) {
    if (room == 0) {
      return List.of();
    }
    Commit commit = commit(id);
    // Where reading costs no request, as from a disk, the roots are read for it.
    if (backend.refs().carries() == 0) {
      for (Part part : Part.values()) {
        nodes.bytes(commit.manifest().root(part));
      }
    }
    return Carried.of(id, commit, nodes, room);
  }

  private Transaction begin(RefName name, Optional<RefRecord> record, Optional<ContentHash> base) {
    requireWritable();
    return new Transaction(this, name, record, base);
  }

  void requireWritable() {
    config.requireWritable(location());
  }

  @Override
  public void close() {
    backend.close();
  }
}
