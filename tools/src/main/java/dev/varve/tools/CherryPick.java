package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Repeats one commit's changes on a branch. */
@Command(name = "cherry-pick", description = "Repeat the changes of one commit on a branch.")
final class CherryPick extends RewriteCommand {
  @Parameters(index = "1", paramLabel = "REV", description = "The commit to repeat.")
  private String revision = "";

  CherryPick(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 1 | varve put $R a - && varve branch $R b && echo 2 | varve put $R c - -b b && varve cherry-pick $R b";
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
        .cherryPick(write.branch(), commit, write.info(repository.commit(commit).message()));
  }
}
