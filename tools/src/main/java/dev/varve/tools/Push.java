package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Copies branches and tags to another repository. */
@Command(
    name = "push",
    description = {
      "Copy branches and tags, and what they need, to another repository.",
      "Only what is missing there travels; stopped anywhere, the same command goes on."
    })
final class Push extends CopyCommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository to copy from.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REMOTE", description = "The repository to copy to.")
  private String remote = "";

  Push(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve init $R-copy && varve push $R $R-copy";
  }

  @Override
  int run(Output out) throws IOException {
    try (Repository from = open(repo);
        Repository to = open(remote)) {
      return copy(from, repo, to, remote, out);
    }
  }
}
