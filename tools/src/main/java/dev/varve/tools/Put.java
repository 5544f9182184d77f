package dev.varve.tools;

import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores files under keys, in one commit. */
@Command(name = "put", description = "Store files under keys, all in one commit.")
final class Put extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1..*",
      arity = "2..*",
      paramLabel = "KEY FILE [KEY FILE]...",
      hideParamSyntax = true,
      description = "Pairs of a key and the file with its value; '-' is standard input.")
  private List<String> pairs = new ArrayList<>();

  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--base",
      paramLabel = "REV",
      description = "The revision that the edits were made against (default: the branch as it is).")
  private @Nullable String base;

  Put(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R stations/zurich -";
  }

  @Override
  int run(Output out) throws IOException {
    Map<Key, String> files = files();
    try (Values values = new Values(console);
        Repository repository = open(repo, write.first(base));
        Transaction edits = write.begin(repository, base)) {
      for (Map.Entry<Key, String> pair : files.entrySet()) {
        values.put(edits, pair.getKey(), pair.getValue());
      }
      Key first = files.keySet().iterator().next();
      String derived = "put " + (files.size() == 1 ? first : Words.count(files.size(), "key"));
      return new Outcomes(repository, out)
          .tell(write.branch(), edits.commit(write.info(derived)), edits.base().stream().toList());
    }
  }

  /** The pairs, in the order given; what cannot be meant is refused before anything is opened. */
  private Map<Key, String> files() {
    if (pairs.size() % 2 != 0) {
      throw Refusal.usage(
          "keys and files come in pairs; '" + pairs.get(pairs.size() - 1) + "' stands alone",
          "write KEY FILE KEY FILE ...");
    }
    Map<Key, String> files = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i += 2) {
      Key key = Key.of(pairs.get(i));
      if (files.put(key, pairs.get(i + 1)) != null) {
        throw Refusal.usage("the key '" + key + "' is given twice", "one value a key");
      }
    }
    if (files.values().stream().filter("-"::equals).count() > 1) {
      throw Refusal.usage("standard input is asked for twice", "'-' can stand for one value only");
    }
    return files;
  }
}
