package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Copies branches and tags from another repository. */
@Command(
    name = "pull",
    description = {
      "Copy branches and tags, and what they need, from another repository.",
      "Only what is missing here travels; stopped anywhere, the same command goes on."
    })
final class Pull extends CopyCommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository to copy to.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REMOTE", description = "The repository to copy from.")
  private String remote = "";

  Pull(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve init $R-copy && varve pull $R-copy $R";
  }

  @Override
  int run(Output out) throws IOException {
    try (Repository to = open(repo);
        Repository from = open(remote)) {
      return copy(from, remote, to, repo, out);
    }
  }
}
