package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Undoes one commit by another. */
@Command(name = "revert", description = "Make a commit that undoes another.")
final class Revert extends RewriteCommand {
  @Parameters(index = "1", paramLabel = "REV", description = "The commit to undo.")
  private String revision = "";

  Revert(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 1 | varve put $R a - && echo 2 | varve put $R a - && varve revert $R main";
  }

  @Override
  List<ContentHash> sources(Repository repository) {
    return List.of(repository.resolve(revision));
  }

  @Override
  CommitOutcome rewrite(Repository repository, List<ContentHash> sources) {
    ContentHash commit = sources.get(0);
    return repository
        .rewrites()
        .revert(
            write.branch(),
            commit,
            write.info(
                "revert " + Words.brief(commit) + ": " + repository.commit(commit).message()));
  }
}
