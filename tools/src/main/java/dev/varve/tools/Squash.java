package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes one commit of several. */
@Command(
    name = "squash",
    description = "Make one commit of the commits after FROM up to TO, the head of the branch.")
final class Squash extends RewriteCommand {
  private static final String BETWEEN = "..";

  @Parameters(
      index = "1",
      paramLabel = "FROM..TO",
      description = "FROM stays and becomes the parent; TO is the branch's head.")
  private String range = "";

  Squash(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && for n in 1 2 3; do echo $n | varve put $R a -; done && varve squash $R main~2..main";
  }

  @Override
  List<ContentHash> sources(Repository repository) {
    int at = range.indexOf(BETWEEN);
    if (at <= 0 || at + BETWEEN.length() == range.length() || range.indexOf(BETWEEN, at + 1) >= 0) {
      throw Refusal.usage(
          "not a range of revisions: '" + range + "'", "write FROM..TO, as in main~3..main");
    }
    return List.of(
        repository.resolve(range.substring(0, at)),
        repository.resolve(range.substring(at + BETWEEN.length())));
  }

  @Override
  CommitOutcome rewrite(Repository repository, List<ContentHash> sources) {
    return repository
        .rewrites()
        .squash(write.branch(), sources.get(0), sources.get(1), write.info("squash " + range));
  }
}
