package dev.varve.tools;

import dev.varve.error.BackendException;
import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a new repository with all that another has. */
@Command(
    name = "clone",
    description = {
      "Make a new repository with branches and tags of another.",
      "If it is stopped, 'varve pull REPO REMOTE' goes on from there."
    })
final class CloneRepository extends CopyCommand {
  @Parameters(index = "0", paramLabel = "REMOTE", description = "The repository to copy from.")
  private String remote = "";

  @Parameters(
      index = "1",
      paramLabel = "REPO",
      description = "A directory that is absent or empty, or s3://bucket/prefix.")
  private String repo = "";

  CloneRepository(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve clone $R $R-copy";
  }

  @Override
  int run(Output out) throws IOException {
    try (Repository from = open(remote);
        Repository to =
            dryRun()
                ? Repositories.imagine(console, repo, s3, from.config().hash())
                : Repositories.create(console, repo, s3, from.config().hash())) {
      try {
        return copy(from, remote, to, repo, out);
      } catch (BackendException failed) {
        throw Refusal.failed(
            "storage",
            String.valueOf(failed.getMessage()),
            "what was copied stays: 'varve pull " + repo + " " + remote + "' goes on from there");
      }
    }
  }
}
