package dev.varve.tools;

import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrDiff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what differs between two revisions. */
@Command(
    name = "diff",
    description = "Tell what differs between two revisions: arrays, attributes, chunks, files.")
final class Diff extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REV", description = "The older revision.")
  private String before = "";

  @Parameters(index = "2", paramLabel = "REV", description = "The newer revision.")
  private String after = "";

  @Option(names = "--stat", description = "Totals of chunks, not each of them.")
  private boolean stat;

  Diff(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 1 | varve put $R a - && echo 2 | varve put $R a - && varve diff $R main~1 main";
  }

  @Override
  int run(Output out) {
    try (Repository repository = open(repo, before)) {
      Snapshot older = repository.snapshot(before);
      Snapshot newer = repository.snapshot(after);
      DiffLines lines = new DiffLines(out, stat);
      ZarrDiff.run(repository, older, newer, lines);
    }
    return Failure.OK;
  }
}
