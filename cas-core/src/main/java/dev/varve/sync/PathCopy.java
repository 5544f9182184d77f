package dev.varve.sync;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Evidence;
import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import dev.varve.tree.TreeEditor;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what lies below one directory of one commit to a branch of another repository, as a commit
 * of its own that says where it is from. Keys stay where they are, so the content hash of the
 * directory is the same on both sides. History does not travel; copied again from a later commit,
 * the branch gets one commit more, and only what changed is sent. One thread, as {@link Sync}.
 */
public final class PathCopy {
  /** The attribute that holds the id of the commit copied from. */
  public static final String SOURCE = "varve.source.commit";

  /** The attribute that holds the directory, without a '/' at either end. */
  public static final String PATH = "varve.source.path";

  private static final int MAX_ATTEMPTS = 10;

  private final Repository from;
  private final Repository to;
  private final ContentHash source;
  private final String directory;
  private final RefName branch;
  private final SyncSettings settings;
  private final SyncProgress progress;

  /**
   * Copies a directory, given with or without its last '/', of commit {@code source} of {@code
   * from} to a branch of {@code to}.
   *
   * @throws NotFoundException where the directory holds no key
   */
  public PathCopy(
      Repository from,
      Repository to,
      ContentHash source,
      String directory,
      String branch,
      SyncSettings settings,
      SyncProgress progress) {
    Sync.requireAlike(from, to);
    String bare =
        directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
    if (bare.isEmpty()) {
      throw new IllegalArgumentException("the root is no path; copy the branch");
    }
    if (from.snapshot(source).totals(bare).keys() == 0) {
      throw new NotFoundException(
          "nothing lies below /" + bare + " in commit " + source + " of " + from.location());
    }
    this.from = from;
    this.to = to;
    this.source = source;
    this.directory = bare;
    this.branch = RefName.branch(branch);
    this.settings = settings;
    this.progress = progress;
  }

  /** Says what would be copied, and changes nothing. The nodes to be made are not counted. */
  public SyncReport preview() {
    return attempt(false).orElseThrow();
  }

  /** Copies what is missing and moves the branch. */
  public SyncReport run() {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<SyncReport> done = attempt(true);
      if (done.isPresent()) {
        return done.get();
      }
    }
    throw BackendException.transientFailure(
        "cannot copy to "
            + to.location()
            + ": "
            + branch.name()
            + " moved each time; what was sent stays, try again",
        null);
  }

  /** One attempt; empty where somebody else moved the branch meanwhile. */
  private Optional<SyncReport> attempt(boolean copy) {
    Optional<RefRecord> record = to.backend().refs().read(branch);
    long epoch = to.backend().refs().epoch(record);
    Optional<ContentHash> head = record.flatMap(RefRecord::target);
    if (head.isPresent() && !continues(to.commit(head.get()))) {
      RefMove refused = new RefMove(branch, head, source);
      return Optional.of(SyncReport.unmoved(List.of(refused)));
    }
    Manifest before = head.map(id -> to.commit(id).manifest()).orElseGet(to::emptyManifest);
    if (unchanged(before)) {
      return Optional.of(SyncReport.unmoved(List.of()));
    }
    StoredNames names = new StoredNames(to.backend().blobs());
    names.learn(Math.max(0, below().keys() - totals(before).keys()));
    if (!copy) {
      SyncState state = values(before, names, null).state();
      return Optional.of(report(List.of(new RefMove(branch, head, source)), state, names));
    }
    try (BlobWriter writer = to.backend().blobs().writer(epoch)) {
      Counted counted = new Counted(writer, values(before, names, writer).state());
      Manifest after = before;
      for (Part part : Part.values()) {
        after = after.with(part, edited(before, part, counted));
      }
      // What was just made is read again from here on, as any reader would.
      writer.flush();
      ContentHash id = commit(head, after, counted);
      Evidence evidence = writer.flush();
      RefMove move = new RefMove(branch, head, id);
      RefWrites refs = new RefWrites(to, "copied from " + from.location());
      return refs.move(record, move, head.isPresent(), evidence, to)
          ? Optional.of(report(List.of(move), counted.state, names))
          : Optional.empty();
    }
  }

  private static SyncReport report(List<RefMove> moves, SyncState state, StoredNames names) {
    return new SyncReport(
        moves,
        List.of(),
        1,
        state.objects(),
        state.bytes(),
        state.large(),
        state.largeBytes(),
        state.present(),
        state.presentBytes(),
        names.asked(),
        names.listed());
  }

  /** Whether the branch's head is an earlier copy of the same directory. */
  private boolean continues(Commit head) {
    String path = head.attributes().get(PATH);
    String commit = head.attributes().get(SOURCE);
    if (path == null || !path.equals(directory) || commit == null) {
      return false;
    }
    if (!commit.matches("[0-9a-f]{" + 2 * ContentHash.BYTES + "}")) {
      return false;
    }
    ContentHash earlier = ContentHash.parse(commit);
    return from.isCommit(earlier) && from.reaches(source, earlier);
  }

  private boolean unchanged(Manifest before) {
    for (Part part : Part.values()) {
      if (differences(before, part).hasNext()) {
        return false;
      }
    }
    return true;
  }

  private Iterator<Difference> differences(Manifest before, Part part) {
    return Tree.diff(
        new Tree(to.nodes(), before.root(part)),
        new Tree(from.nodes(), from.commit(source).manifest().root(part)),
        (directory + "/").getBytes(StandardCharsets.UTF_8));
  }

  private Totals below() {
    return from.snapshot(source).totals(directory);
  }

  private Totals totals(Manifest manifest) {
    return to.view(manifest).totals("");
  }

  /** Sends the values that differ. */
  private Transfer values(Manifest before, StoredNames names, @Nullable BlobWriter writer) {
    Transfer transfer = new Transfer(from, names, writer, settings, progress, SyncState.NONE);
    List<WantSource> sources = new ArrayList<>();
    for (Part part : Part.values()) {
      sources.add(
          new WantSource() {
            @Override
            public long expectedBytes() {
              return from.snapshot(source).totals(part, directory).bytes();
            }

            @Override
            public void find(Consumer<Wanted> wants) {
              differences(before, part).forEachRemaining(each -> want(each, wants));
            }
          });
    }
    transfer.run(sources);
    return transfer;
  }

  private static void want(Difference difference, Consumer<Wanted> wants) {
    Entry after = difference.after().orElse(Entry.EMPTY);
    if (after instanceof Entry.Blob blob) {
      wants.accept(
          new Wanted(
              blob.hash(), Wanted.Kind.VALUE, "the value of " + difference.key(), blob.length()));
    }
  }

  /** The writer of nodes and commits, which counts them. */
  private static final class Counted {
    private final BlobWriter writer;
    private SyncState state;

    Counted(BlobWriter writer, SyncState state) {
      this.writer = writer;
      this.state = state;
    }

    void put(ContentHash hash, ByteBuffer bytes) {
      writer.put(hash, bytes);
      state = state.sent(bytes.remaining());
    }
  }

  /** The tree of a part as it is to be, made of the receiver's own. */
  private ContentHash edited(Manifest before, Part part, Counted counted) {
    RecentNodes recent = new RecentNodes();
    TreeEditor editor =
        new TreeEditor(
            to.nodes().over(recent::find),
            (hash, bytes) -> {
              counted.put(hash, bytes);
              recent.add(hash, bytes);
            },
            before.root(part));
    Iterator<Difference> all = differences(before, part);
    while (all.hasNext()) {
      Difference each = all.next();
      editor.edit(each.key(), each.after());
    }
    ContentHash root = editor.finish();
    if (root.equals(to.nodes().emptyRoot())) {
      TreeEditor.putEmpty(to.nodes(), counted::put);
    }
    return root;
  }

  private ContentHash commit(Optional<ContentHash> head, Manifest manifest, Counted counted) {
    Commit original = from.commit(source);
    SortedMap<String, String> attributes =
        new TreeMap<>(Map.of(SOURCE, source.toString(), PATH, directory));
    Commit commit =
        new Commit(
            head.stream().toList(),
            head.map(id -> to.commit(id).nextGeneration(id)).orElse(1L),
            manifest,
            to.view(manifest).totals(Part.META, ""),
            to.view(manifest).totals(Part.CHUNKS, ""),
            to.environment().nowMillis(),
            to.environment().user(),
            "/" + directory + " of " + source.brief() + ": " + original.message(),
            attributes,
            to.environment().nonce());
    ByteBuffer bytes = CommitCodec.encode(commit);
    ContentHash id = to.config().hash().hash(bytes);
    counted.put(id, bytes);
    return id;
  }
}
