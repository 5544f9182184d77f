package dev.varve.tools;

import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.version.Changes;
import dev.varve.version.Commit;
import dev.varve.version.CommitOutcome;
import dev.varve.version.CommitOutcome.Committed;
import dev.varve.version.CommitOutcome.Conflicted;
import dev.varve.version.CommitOutcome.Unchanged;
import dev.varve.version.Conflict;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells what became of a write. One thread. */
final class Outcomes {
  private final Repository repository;
  private final Output out;

  Outcomes(Repository repository, Output out) {
    this.repository = repository;
    this.out = out;
  }

  /**
   * Prints the outcome of a write to a branch and returns the exit code.
   *
   * @param sources commits that the edits come from, where chunks of arrays that the branch no
   *     longer has can be told
   */
  int tell(String branch, CommitOutcome outcome, Collection<ContentHash> sources) {
    if (outcome instanceof Conflicted clash) {
      return conflicted(branch, clash, sources);
    }
    if (outcome instanceof Committed done) {
      committed(done);
    } else if (outcome instanceof Unchanged same) {
      unchanged(same);
    }
    return Failure.OK;
  }

  private void committed(Committed done) {
    if (out.json()) {
      out.line(
          commit(
              Optional.of(done.id()),
              Optional.of(done.commit()),
              done.branch(),
              done.changes(),
              done.written(),
              false));
      return;
    }
    WriteTotals written = done.written();
    out.words(
        done.branch()
            + " "
            + Words.brief(done.id())
            + "  "
            + Words.subject(done.commit().message()));
    out.words(
        "  keys: "
            + keys(done.changes())
            + "; stored "
            + Words.count(written.blobsWritten(), "object")
            + ", "
            + Words.size(written.bytesWritten())
            + "; reused "
            + Words.size(written.bytesReused()));
  }

  private void unchanged(Unchanged same) {
    if (out.json()) {
      out.line(
          commit(
              same.head(),
              same.head().map(repository::commit),
              same.branch(),
              Changes.NONE,
              WriteTotals.NONE,
              true));
    } else {
      out.words(
          same.branch()
              + same.head().map(head -> " " + Words.brief(head)).orElse("")
              + "  nothing changed, no commit made");
    }
  }

  /** How many keys a write touched, in words. */
  static String keys(Changes changes) {
    return Words.count(changes.added())
        + " added, "
        + Words.count(changes.changed())
        + " changed, "
        + Words.count(changes.removed())
        + " removed";
  }

  private JsonLine commit(
      Optional<ContentHash> id,
      Optional<Commit> commit,
      String branch,
      Changes changes,
      WriteTotals written,
      boolean unchanged) {
    return write(
        id.map(ContentHash::toString).orElse(null),
        commit.map(Commit::parents).orElse(List.of()),
        branch,
        commit.map(this::root).orElse(null),
        changes,
        written,
        unchanged);
  }

  /** The object that every write prints. */
  static JsonLine write(
      @Nullable String commit,
      List<ContentHash> parents,
      String branch,
      @Nullable String root,
      Changes changes,
      WriteTotals written,
      boolean unchanged) {
    return JsonLine.of("commit")
        .put("commit", commit)
        .texts("parents", parents)
        .put("branch", branch)
        .put("root", root)
        .put("keys_added", changes.added())
        .put("keys_changed", changes.changed())
        .put("keys_removed", changes.removed())
        .put("blobs_written", written.blobsWritten())
        .put("bytes_written", written.bytesWritten())
        .put("bytes_reused", written.bytesReused())
        .put("unchanged", unchanged);
  }

  private String root(Commit commit) {
    return commit.manifest().root(repository.config().hash()).toString();
  }

  private int conflicted(String branch, Conflicted clash, Collection<ContentHash> sources) {
    List<ContentHash> commits = new ArrayList<>(clash.head().stream().toList());
    commits.addAll(sources);
    ChunkPlaces places = new ChunkPlaces(repository, commits);
    for (Conflict conflict : clash.conflicts()) {
      ChunkPlaces.Place place = places.of(conflict.key());
      if (out.json()) {
        out.line(
            place
                .addTo(JsonLine.of("conflict").put("key", conflict.key().toString()))
                .put("base", hash(conflict.base()))
                .put("ours", hash(conflict.ours()))
                .put("theirs", hash(conflict.theirs()))
                .put("why", conflict.why()));
      } else {
        out.words(
            "conflict: "
                + Words.safe(conflict.key().toString())
                + place.words()
                + ": "
                + Words.safe(conflict.why()));
      }
    }
    return out.error(
        new Failure(
            "conflict",
            Failure.CONFLICT,
            Words.count(clash.conflicts().size(), "conflict")
                + (clash.complete() ? "" : " and more")
                + "; "
                + branch
                + " was not moved"
                + clash.head().map(head -> " from " + Words.brief(head)).orElse(""),
            "make the edits again on what the branch holds now"));
  }

  private @Nullable String hash(Optional<Entry> entry) {
    return entry
        .map(value -> Entries.hash(repository.config().hash(), value).toString())
        .orElse(null);
  }
}
