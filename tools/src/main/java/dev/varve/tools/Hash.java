package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Totals;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names the content below a path. */
@Command(
    name = "hash",
    description =
        "Print the content hash of what is below a path: equal for equal content anywhere.")
final class Hash extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "main",
      description = "The revision (default: main).")
  private String revision = "main";

  @Option(
      names = "--path",
      paramLabel = "PATH",
      defaultValue = "/",
      description = "An array or group (default: /).")
  private String path = "/";

  Hash(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve hash $R main --path /air";
  }

  @Override
  int run(Output out) {
    ZarrPath below = ZarrPath.of(path);
    try (Repository repository = open(repo, revision)) {
      Snapshot snapshot = repository.snapshot(revision);
      Totals totals = snapshot.totals(below.directory());
      if (totals.keys() == 0 && !below.isRoot()) {
        throw Refusal.notFound(
            "nothing is below " + below + " in " + revision,
            "'varve tree " + repo + " " + revision + "' shows the groups and arrays");
      }
      ContentHash hash =
          below.isRoot()
              ? snapshot.manifest().root(repository.config().hash())
              : repository.contentHash(snapshot, below.directory());
      if (out.json()) {
        out.line(
            JsonLine.of("hash")
                .put("path", below.toString())
                .put("hash", hash)
                .put("keys", totals.keys())
                .put("bytes", totals.bytes()));
      } else {
        out.words(hash + "  " + Words.safe(below.toString()));
      }
    }
    return Failure.OK;
  }
}
