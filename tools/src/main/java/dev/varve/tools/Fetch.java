package dev.varve.tools;

import dev.varve.ref.RefName;
import dev.varve.sync.RefSelection;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncReport;
import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings branches of another repository without moving one's own. */
@Command(
    name = "fetch",
    description = {
      "Bring branches of another repository as pins origin/BRANCH, and its tags.",
      "Branches here stay as they are; 'varve merge REPO origin/main' joins them."
    })
final class Fetch extends SyncCommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository to copy to.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REMOTE", description = "The repository to copy from.")
  private String remote = "";

  @Option(
      names = "--as",
      paramLabel = "NAME",
      defaultValue = "origin",
      description = "What the other repository is called here (default: origin).")
  private String name = "";

  Fetch(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve init $R-copy && varve fetch $R-copy $R";
  }

  @Override
  int run(Output out) throws IOException {
    RefName.pin(name);
    try (Repository to = open(repo);
        Repository from = open(remote)) {
      RefSelection wanted =
          selection(
                  from,
                  revision -> {
                    throw Refusal.notFound(
                        "no branch or tag '" + revision + "' in " + from.location(),
                        "'varve refs REMOTE' lists what is there");
                  })
              .fetchedAs(name);
      SyncReport report;
      try (Progress progress = out.progress("fetching")) {
        Sync sync = new Sync(from, to, wanted, settings(remote, repo), drawn(progress));
        report = dryRun() ? sync.preview() : sync.run();
      }
      return tell(report, remote, to, repo, out);
    }
  }
}
