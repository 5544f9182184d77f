package dev.varve.tools;

import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes keys, in one commit. */
@Command(name = "rm", description = "Remove keys, all in one commit.")
final class Remove extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY|PREFIX/",
      description = "Keys, and directories with a '/' at the end.")
  private List<String> targets = new ArrayList<>();

  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--base",
      paramLabel = "REV",
      description = "The revision that the edits were made against (default: the branch as it is).")
  private @Nullable String base;

  Remove(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R stations/zurich - && varve rm $R stations/";
  }

  @Override
  int run(Output out) {
    for (String target : targets) {
      named(target);
    }
    try (Repository repository = open(repo, write.first(base));
        Transaction edits = write.begin(repository, base)) {
      // Everything is looked for before anything goes: one target may lie below another.
      for (String target : targets) {
        find(edits, target);
      }
      for (String target : targets) {
        if (target.endsWith("/")) {
          edits.deleteDirectory(named(target).toString());
        } else {
          edits.delete(named(target));
        }
      }
      String derived = "rm " + (targets.size() == 1 ? targets.get(0) : targets.size() + " names");
      return new Outcomes(repository, out)
          .tell(write.branch(), edits.commit(write.info(derived)), edits.base().stream().toList());
    }
  }

  private static Key named(String target) {
    return Key.of(target.endsWith("/") ? target.substring(0, target.length() - 1) : target);
  }

  private void find(Transaction edits, String target) {
    Key key = named(target);
    boolean below = edits.totals(key.toString()).keys() > 0;
    if (target.endsWith("/") ? below : edits.entry(key).isPresent()) {
      return;
    }
    throw Refusal.notFound(
        "cannot remove '" + target + "': it is not in " + (base == null ? write.branch() : base),
        below
            ? "it is a directory; '" + target + "/' removes all below it"
            : "nothing was removed");
  }
}
