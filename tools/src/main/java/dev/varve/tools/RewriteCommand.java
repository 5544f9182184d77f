package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What the commands share that make commits out of commits. */
abstract class RewriteCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  /** Branch and message. */
  @Mixin protected WriteOptions write = new WriteOptions();

  /** Runs in these surroundings. */
  protected RewriteCommand(Console console) {
    super(console);
  }

  /** The commits that the revisions given name, resolved and in order. */
  abstract List<ContentHash> sources(Repository repository);

  /** Makes the commit out of {@link #sources}. */
  abstract CommitOutcome rewrite(Repository repository, List<ContentHash> sources);

  @Override
  final int run(Output out) {
    try (Repository repository = open(repo)) {
      List<ContentHash> sources = sources(repository);
      List<ContentHash> involved = new ArrayList<>(sources);
      sources.forEach(commit -> involved.addAll(repository.commit(commit).parents()));
      return new Outcomes(repository, out)
          .tell(write.branch(), rewrite(repository, sources), involved);
    }
  }
}
