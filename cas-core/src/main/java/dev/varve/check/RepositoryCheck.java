package dev.varve.check;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.CheckableBackend;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableRefs;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeSource;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Tree;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is reachable, anew and past every cache, and proves it: where everything is asked for
 * first the backend's own structure, then refs and their logs, commits, every rule of every node,
 * every value by its hash. Damage does not stop it; what lies below a damaged node is unknown and
 * cannot be checked. One thread calls; values are read by several.
 *
 * <p>Memory: the hashes met, 64 bytes each, up to an eighth of the heap; beyond that an object met
 * again is read (and counted) again.
 */
public final class RepositoryCheck {
  private static final int BYTES_EACH = 64;
  private static final System.Logger LOG = System.getLogger(RepositoryCheck.class.getName());

  private final Repository repository;
  private final int threads;
  private final Consumer<Finding> report;
  private final CheckProgress progress;
  private final ValueProof proof;
  private final NodeSource fresh;
  private final SeenHashes seen;
  private final Map<ContentHash, List<String>> names = new HashMap<>();
  private final long salt;

  /**
   * Checks {@code repository}, reading values by {@code threads} threads; findings come one at a
   * time.
   */
  public RepositoryCheck(Repository repository, int threads, Consumer<Finding> report) {
    this(repository, threads, report, CheckProgress.NONE);
  }

  /** As the other, and tells how far it is. */
  public RepositoryCheck(
      Repository repository, int threads, Consumer<Finding> report, CheckProgress progress) {
    this(repository, threads, report, progress, repository.blobs()::verify);
  }

  /** As the other, and proves values in a way of its own; all else is read. */
  public RepositoryCheck(
      Repository repository,
      int threads,
      Consumer<Finding> report,
      CheckProgress progress,
      ValueProof proof) {
    this.repository = repository;
    this.threads = Math.max(1, threads);
    this.report = report;
    this.progress = progress;
    this.proof = proof;
    this.fresh = NodeSource.uncached(repository.blobs());
    this.seen =
        new SeenHashes((int) Math.min(1 << 26, Runtime.getRuntime().maxMemory() / 8 / BYTES_EACH));
    this.salt = repository.environment().nonce().high();
  }

  /** Runs the check to its end. To be called once. */
  public CheckReport run(CheckScope scope) {
    try (Tally running = new Tally(repository.blobs(), proof, threads, report, progress)) {
      if (scope.revision().isEmpty() && scope.since().isEmpty() && !structure(running)) {
        return running.finish();
      }
      Deque<ContentHash> open = new ArrayDeque<>();
      Before before = new Before(repository, scope.since());
      if (scope.revision().isPresent()) {
        nameHeads();
        open.add(scope.revision().get());
      } else {
        heads(running, open, before);
      }
      boolean alone = scope.revision().isPresent() && scope.since().isEmpty();
      while (!open.isEmpty()) {
        ContentHash id = open.poll();
        if (seen.add(id) && !before.reaches(id)) {
          commit(running, scope, id)
              .ifPresent(commit -> open.addAll(alone ? List.of() : commit.parents()));
        }
      }
      return running.finish();
    }
  }

  /** Whether the backend's own structure is whole; where it is not, reading on could be misled. */
  private boolean structure(Tally running) {
    try {
      if (repository.backend() instanceof CheckableBackend checkable) {
        checkable.checkStructure();
      }
      return true;
    } catch (CorruptDataException damaged) {
      running.damage(Finding.Role.STORAGE, damaged.object(), Optional.empty(), List.of(), damaged);
      return false;
    }
  }

  /**
   * Reads every ref with its log, whole or back to what is left out; the targets from which all
   * others are reached are heads.
   */
  private void heads(Tally running, Deque<ContentHash> open, Before before) {
    RefStore refs = repository.backend().refs();
    for (RefName.Kind kind : RefName.Kind.values()) {
      try {
        if (refs instanceof RepairableRefs each) {
          // One by one, so that a damaged one does not hide the others.
          each.names(kind).forEach(name -> ref(running, refs, name, open, before));
        } else {
          refs.list(kind).forEach(newest -> log(running, newest, open, before));
        }
      } catch (CorruptDataException damaged) {
        running.damage(Finding.Role.REF, damaged.object(), Optional.empty(), List.of(), damaged);
      }
    }
  }

  private void ref(
      Tally running, RefStore refs, RefName name, Deque<ContentHash> open, Before before) {
    try {
      requireOneStory((RepairableRefs) refs, name);
      refs.read(name).ifPresent(newest -> log(running, newest, open, before));
    } catch (CorruptDataException damaged) {
      damagedRef(running, name, damaged);
      older(refs, name, ((RepairableRefs) refs).newest(name).orElse(0), 1, open);
    }
  }

  /** A driver that keeps the newest record in two places reads one of them only. */
  private static void requireOneStory(RepairableRefs refs, RefName name) {
    if (!refs.inSeveralPlaces()) {
      return;
    }
    OptionalLong newest = refs.newest(name);
    if (newest.isPresent()
        && refs.stored(name, newest.getAsLong()).stream().distinct().count() > 1) {
      throw CorruptDataException.malformed(
          "ref",
          name.full(),
          "its log and its newest record tell different stories of record " + newest.getAsLong());
    }
  }

  private static void damagedRef(Tally running, RefName name, CorruptDataException damaged) {
    running.damage(Finding.Role.REF, name.full(), Optional.empty(), List.of(name.name()), damaged);
  }

  /** What a damaged log held as far as its records can be read one by one. */
  private static void older(
      RefStore refs, RefName name, long newest, long floor, Deque<ContentHash> open) {
    for (long number = newest; number >= floor; number--) {
      try {
        refs.read(name, number).flatMap(RefRecord::target).ifPresent(open::add);
      } catch (CorruptDataException told) {
        // The log has its finding.
        LOG.log(System.Logger.Level.DEBUG, "cannot read record {0} of {1}", number, name);
      }
    }
  }

  /** Names for the commits that refs point at; where a ref is damaged, ids serve. */
  private void nameHeads() {
    try {
      for (RefName.Kind kind : RefName.Kind.values()) {
        repository.backend().refs().list(kind).forEach(this::name);
      }
    } catch (CorruptDataException damaged) {
      names.clear();
    }
  }

  private void name(RefRecord newest) {
    newest
        .target()
        .ifPresent(
            target ->
                names.computeIfAbsent(target, t -> new ArrayList<>()).add(newest.name().name()));
  }

  private void log(Tally running, RefRecord newest, Deque<ContentHash> open, Before before) {
    name(newest);
    newest.target().ifPresent(open::add);
    try {
      Iterator<RefRecord> log = repository.refs().log(newest.name());
      // What was written before a target that is left out was looked at when that was.
      while (log.hasNext() && log.next().target().filter(before::reaches).isEmpty()) {}
      open.addAll(repository.refs().roots(newest.name()));
    } catch (CorruptDataException damaged) {
      damagedRef(running, newest.name(), damaged);
      older(repository.backend().refs(), newest.name(), newest.number() - 1, newest.floor(), open);
    }
  }

  private Optional<Commit> commit(Tally running, CheckScope scope, ContentHash id) {
    List<String> where = names.getOrDefault(id, List.of(id.toString()));
    Commit commit;
    try {
      var bytes = repository.blobs().get("commit", id, CommitCodec.MAX_BYTES);
      commit = CommitCodec.decode(id, bytes);
      running.object(bytes.remaining());
    } catch (MissingBlobException | CorruptDataException failure) {
      running.damage(Finding.Role.COMMIT, id.toString(), Optional.empty(), where, failure);
      return Optional.empty();
    }
    byte[] prefix = prefix(scope.directory());
    for (Part part : Part.values()) {
      Optional<Tree> known = knownTree(scope, commit, part);
      ContentHash root = commit.manifest().root(part);
      new Tree(fresh, root).walk(prefix, known, new Visitor(running, scope, part, root, where));
      if (prefix.length == 0) {
        totals(running, commit, part, id, where);
      }
    }
    generation(running, commit, id, where);
    return Optional.of(commit);
  }

  /** History is walked by generations, so a wrong one could hide commits. */
  private void generation(Tally running, Commit commit, ContentHash id, List<String> where) {
    long expected = 1;
    try {
      for (ContentHash parent : commit.parents()) {
        expected = Math.max(expected, repository.commit(parent).generation() + 1);
      }
    } catch (MissingBlobException | CorruptDataException unreadable) {
      // The parent has a finding of its own.
      expected = commit.generation();
    }
    if (commit.generation() != expected) {
      running.damage(
          Finding.Role.COMMIT,
          id.toString(),
          Optional.empty(),
          where,
          CorruptDataException.malformed(
              "commit",
              id.toString(),
              "it claims generation " + commit.generation() + ", its parents make it " + expected));
    }
  }

  /** The totals in a commit are claims; the root node, which is proved by then, has the truth. */
  private void totals(Tally running, Commit commit, Part part, ContentHash id, List<String> where) {
    try {
      var truth = new Tree(repository.nodes(), commit.manifest().root(part)).totals();
      if (!truth.equals(commit.totals(part))) {
        running.damage(
            Finding.Role.COMMIT,
            id.toString(),
            Optional.empty(),
            where,
            CorruptDataException.malformed(
                "commit",
                id.toString(),
                "it claims " + commit.totals(part) + " of " + part + ", its tree holds " + truth));
      }
    } catch (MissingBlobException | CorruptDataException reported) {
      // The walk has reported the node.
      return;
    }
  }

  /**
   * What need not be looked at again. Where commits are left out, every other has its first parent
   * either among them or looked at in this run: then what it shares with that one is covered, and
   * it costs what it changed.
   */
  private Optional<Tree> knownTree(CheckScope scope, Commit commit, Part part) {
    if (scope.since().isEmpty()) {
      return Optional.empty();
    }
    ContentHash known =
        scope.revision().isPresent() || commit.parents().isEmpty()
            ? scope.since().get(0)
            : commit.parents().get(0);
    try {
      return Optional.of(
          new Tree(repository.nodes(), repository.commit(known).manifest().root(part)));
    } catch (MissingBlobException | CorruptDataException unreadable) {
      return Optional.empty();
    }
  }

  /** The refs whose commits hold something now; else where it was met. */
  private List<String> holders(List<String> met, Predicate<Snapshot> holds) {
    List<String> found = new ArrayList<>();
    names.forEach(
        (commit, refs) -> {
          try {
            if (holds.test(repository.snapshot(commit))) {
              found.addAll(refs);
            }
          } catch (MissingBlobException | CorruptDataException unreadable) {
            // A snapshot that cannot be read has its own finding.
            LOG.log(System.Logger.Level.DEBUG, "cannot look into {0}", commit);
          }
        });
    return found.isEmpty() ? met : found.stream().sorted().distinct().toList();
  }

  private static byte[] prefix(String directory) {
    String name = directory.isEmpty() || directory.endsWith("/") ? directory : directory + "/";
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private final class Visitor implements NodeVisitor {
    private final Tally running;
    private final CheckScope scope;
    private final Part part;
    private final ContentHash root;
    private final List<String> where;

    Visitor(Tally running, CheckScope scope, Part part, ContentHash root, List<String> where) {
      this.running = running;
      this.scope = scope;
      this.part = part;
      this.root = root;
      this.where = where;
    }

    @Override
    public boolean enter(ContentHash node) {
      // Below a directory a node may be met again for another part of its keys.
      return seen.add(node) || !scope.directory().isEmpty();
    }

    @Override
    public void node(ContentHash node, int level, int bytes) {
      running.object(bytes);
    }

    @Override
    public void unreadable(
        ContentHash node, @Nullable Key after, @Nullable Key lastKey, RuntimeException failure) {
      List<String> holders =
          lastKey == null
              ? where
              : holders(where, s -> s.tree(Manifest.part(lastKey)).reaches(node, lastKey));
      running.damage(
          Finding.Role.NODE,
          node.toString(),
          Optional.ofNullable(lastKey),
          Optional.ofNullable(after),
          holders,
          failure);
    }

    @Override
    public void entry(Key key, Entry entry) {
      boolean mayBeInline = part == Part.META && entry.length() <= Entry.Inline.MAX_BYTES;
      boolean isInline = entry instanceof Entry.Inline;
      if (Manifest.part(key) != part || entry.length() > 0 && isInline != mayBeInline) {
        running.damage(
            Finding.Role.NODE,
            root.toString(),
            Optional.of(key),
            where,
            CorruptDataException.malformed(
                "tree",
                root.toString(),
                "the key "
                    + key
                    + " does not belong in the tree of "
                    + part
                    + ", or not with this kind of entry"));
      }
      if (entry instanceof Entry.Blob blob && sampled(blob.hash()) && seen.add(blob.hash())) {
        running.value(
            blob, key, () -> holders(where, s -> s.entry(key).filter(blob::equals).isPresent()));
      }
    }

    /** The same values for one run, other ones for the next. */
    private boolean sampled(ContentHash hash) {
      if (scope.sample() >= 1) {
        return true;
      }
      long mixed = (hash.w2() ^ salt) * 0x9E3779B97F4A7C15L;
      return (mixed >>> 11) * 0x1.0p-53 < scope.sample();
    }
  }
}
