package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Copies every branch and tag to another repository. */
@Command(
    name = "push",
    description = "Copy every branch and tag, and what they need, to another repository.")
final class Push extends SyncCommand {
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
      return copy(from, to, out);
    }
  }
}
