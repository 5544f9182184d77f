package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.sync.RefMove;
import dev.varve.sync.RefSelection;
import dev.varve.sync.SyncProgress;
import dev.varve.sync.SyncReport;
import dev.varve.sync.SyncSettings;
import dev.varve.sync.SyncState;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What copying between repositories has in common. */
abstract class SyncCommand extends Subcommand {
  /** How many commits are looked into at once where the sender is far away. */
  private static final int FAR_WALKERS = 16;

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "REV",
      description = "Only these branches and tags (default: all of them).")
  private List<String> revisions = new ArrayList<>();

  @Option(names = "--all", description = "Every branch and tag; the default.")
  private boolean all;

  @Option(names = "--tags", description = "Every tag, besides what is named.")
  private boolean tags;

  @Option(
      names = "--dry-run",
      description = "Say what would be copied, by how many requests, and copy nothing.")
  private boolean dryRun;

  SyncCommand(Console console) {
    super(console);
  }

  /** Every value is read but once. */
  @Override
  CacheUse cacheUse() {
    return CacheUse.ASKED;
  }

  final boolean dryRun() {
    return dryRun;
  }

  final List<String> revisions() {
    return revisions;
  }

  final boolean everything() {
    return revisions.isEmpty() && !tags;
  }

  /**
   * The refs that the command line asks for.
   *
   * @param other what to take for a revision that is neither a branch nor a tag
   */
  final RefSelection selection(Repository from, Function<String, RefSelection> other) {
    if (all && !everything()) {
      throw Refusal.usage(
          "--all is every branch and tag; it does not go with names or --tags",
          "leave one of them out");
    }
    if (everything()) {
      return RefSelection.everything();
    }
    RefSelection chosen = tags ? RefSelection.tags() : none -> List.of();
    for (String revision : revisions) {
      chosen =
          RefSelection.named(from, revision).orElseGet(() -> other.apply(revision)).and(chosen);
    }
    return chosen;
  }

  /** How to copy between repositories with these names: what both have is read from the nearer. */
  final SyncSettings settings(String from, String to) {
    boolean far = S3Options.isS3(from);
    SyncSettings.Near near =
        far && !S3Options.isS3(to) ? SyncSettings.Near.RECEIVER : SyncSettings.Near.SENDER;
    return SyncSettings.standard(near).walkers(far ? FAR_WALKERS : 1);
  }

  /** Draws the line that says how far a copy is. */
  static SyncProgress drawn(Progress progress) {
    return new SyncProgress() {
      @Override
      public void sent(long objects, long bytes) {
        progress.at(objects, bytes);
      }

      @Override
      public void at(SyncState state) {
        progress.tell(nanos -> SyncWords.far(state, nanos));
      }
    };
  }

  /** Tells what was copied, and gives the exit code. */
  final int tell(SyncReport report, String from, Repository to, String toName, Output out) {
    if (!report.diverged().isEmpty()) {
      return diverged(report, to, out);
    }
    for (RefMove move : report.moves()) {
      tell(move, out);
    }
    Optional<S3Cost> cost =
        dryRun
            ? TransferCost.of(report, S3Options.isS3(from), S3Options.isS3(toName))
            : Optional.empty();
    if (out.json()) {
      JsonLine line =
          JsonLine.of("sync")
              .put("commits", report.commits())
              .put("objects", report.objects())
              .put("bytes", report.bytes())
              .put("reused", report.reused())
              .put("reused_bytes", report.reusedBytes())
              .put("dry_run", dryRun);
      cost.ifPresent(estimate -> estimate.addTo(line));
      out.line(line);
    } else {
      out.words(SyncWords.done(report, dryRun));
      cost.ifPresent(estimate -> out.words("that is " + estimate.words()));
    }
    return Failure.OK;
  }

  private static void tell(RefMove move, Output out) {
    String old = move.from().map(ContentHash::toString).orElse(null);
    if (out.json()) {
      out.line(
          JsonLine.of(ListRefs.word(move.name().kind()))
              .put("name", move.name().name())
              .put("commit", move.to())
              .put("old", old));
    } else {
      out.words(
          ListRefs.word(move.name().kind())
              + " "
              + move.name().name()
              + "  "
              + move.from().map(Words::brief).orElse("new")
              + " -> "
              + Words.brief(move.to()));
    }
  }

  private static int diverged(SyncReport report, Repository to, Output out) {
    for (RefMove move : report.diverged()) {
      if (out.json()) {
        out.line(
            JsonLine.of("diverged")
                .put("kind", ListRefs.word(move.name().kind()))
                .put("name", move.name().name())
                .put("ours", move.to())
                .put("theirs", move.from().map(ContentHash::toString).orElse(null)));
      } else {
        out.words(
            "diverged: "
                + ListRefs.word(move.name().kind())
                + " "
                + move.name().name()
                + " is "
                + move.from().map(Words::brief).orElse("absent")
                + " there, which "
                + Words.brief(move.to())
                + " does not descend from");
      }
    }
    return out.error(
        new Failure(
            "diverged",
            Failure.CONFLICT,
            Words.count(report.diverged().size(), "ref")
                + " of "
                + to.location()
                + " holds what the other side does not have; "
                + (report.moves().isEmpty()
                    ? "nothing was moved"
                    : Words.count(report.moves().size(), "other ref") + " had moved before"),
            "'varve fetch' shows both sides without moving a branch; merge them, or give the ref"
                + " another name"));
  }
}
