package dev.varve.tools;

import dev.varve.ref.RefName;
import dev.varve.sync.PathCopy;
import dev.varve.sync.RefSelection;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncReport;
import dev.varve.sync.SyncSettings;
import dev.varve.version.Repository;
import dev.varve.zarr.ZarrPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What copying onto branches has in common. */
abstract class CopyCommand extends SyncCommand {
  @Option(
      names = {"-b", "--branch"},
      paramLabel = "BRANCH",
      description = "The branch that gets the one REV given, which may then be any revision.")
  private @Nullable String branch;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description =
          "Only what is below an array or group, as a commit of its own that names its source.")
  private @Nullable String path;

  CopyCommand(Console console) {
    super(console);
  }

  /** Copies what the command line asks for, or only says what that would take. */
  final int copy(Repository from, String fromName, Repository to, String toName, Output out) {
    SyncSettings settings = settings(fromName, toName);
    SyncReport report;
    try (Progress progress = out.progress("copying")) {
      if (path != null) {
        PathCopy copy = pathCopy(from, to, ZarrPath.of(path), settings, progress);
        report = dryRun() ? copy.preview() : copy.run();
      } else {
        Sync sync = new Sync(from, to, selection(from), settings, drawn(progress));
        report = dryRun() ? sync.preview() : sync.run();
      }
    }
    return tell(report, fromName, to, toName, out);
  }

  private RefSelection selection(Repository from) {
    if (branch == null) {
      return selection(
          from,
          revision -> {
            from.resolve(revision);
            throw Refusal.usage(
                "'" + revision + "' is no branch and no tag of " + from.location(),
                "-b NAME says which branch is to hold it");
          });
    }
    if (revisions().size() != 1) {
      throw Refusal.usage("-b names the branch for one REV", "name one REV before it");
    }
    return RefSelection.revision(revisions().get(0), branch);
  }

  private PathCopy pathCopy(
      Repository from, Repository to, ZarrPath below, SyncSettings settings, Progress progress) {
    if (below.isRoot()) {
      throw Refusal.usage("--path / is everything", "leave --path out");
    }
    if (revisions().size() > 1) {
      throw Refusal.usage("--path is of one REV", "name one of them");
    }
    String revision = revisions().isEmpty() ? "main" : revisions().get(0);
    String target = branch;
    if (target == null) {
      if (from.refs().find(RefName.branch(revision)).isEmpty()) {
        from.resolve(revision);
        throw Refusal.usage(
            "'" + revision + "' is no branch of " + from.location(),
            "-b NAME says which branch is to hold the copy");
      }
      target = revision;
    }
    return new PathCopy(
        from, to, from.resolve(revision), below.directory(), target, settings, drawn(progress));
  }
}
