package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Brings another line of commits into a branch. */
@Command(name = "merge", description = "Merge a revision into a branch.")
final class Merge extends RewriteCommand {
  @Parameters(index = "1", paramLabel = "REV", description = "What to merge.")
  private String revision = "";

  Merge(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 1 | varve put $R a - && varve branch $R b && echo 2 | varve put $R c - -b b && varve merge $R b";
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
        .merge(write.branch(), commit, write.info("merge " + revision + " into " + write.branch()));
  }
}
