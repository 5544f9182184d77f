package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a new repository with all that another has. */
@Command(
    name = "clone",
    description = "Make a new repository with every branch and tag of another.")
final class CloneRepository extends SyncCommand {
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
        Repository to = Repositories.create(console, repo, s3, from.config().hash())) {
      return copy(from, to, out);
    }
  }
}
