package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.sync.RefMove;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncReport;
import dev.varve.version.Repository;
import picocli.CommandLine.Option;

/** What copying between repositories has in common. */
abstract class SyncCommand extends Subcommand {
  @Option(names = "--dry-run", description = "Say what would be copied, and copy nothing.")
  private boolean dryRun;

  SyncCommand(Console console) {
    super(console);
  }

  /** Copies every branch and tag, or only says what that would take. */
  final int copy(Repository from, Repository to, Output out) {
    SyncReport report;
    try (Progress progress = out.progress("copying")) {
      Sync sync = new Sync(from, to, progress::at);
      report = dryRun ? sync.preview() : sync.run();
    }
    if (!report.diverged().isEmpty()) {
      return diverged(report, to, out);
    }
    for (RefMove move : report.moves()) {
      tell(move, out);
    }
    if (out.json()) {
      out.line(
          JsonLine.of("sync")
              .put("commits", report.commits())
              .put("objects", report.objects())
              .put("bytes", report.bytes())
              .put("reused", report.reused())
              .put("dry_run", dryRun));
    } else {
      out.words(
          (dryRun ? "would copy " : "copied ")
              + Words.count(report.commits(), "commit")
              + ", "
              + Words.count(report.objects(), "object")
              + ", "
              + Words.size(report.bytes())
              + "; "
              + Words.count(report.reused(), "object")
              + " looked at were there already");
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
                + " holds what the other side does not have; nothing was moved",
            "copy the other way first and merge, or give the ref another name"));
  }
}
