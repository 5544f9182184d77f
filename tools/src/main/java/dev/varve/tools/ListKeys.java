package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Listed;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists keys, a level or all. */
@Command(
    name = "ls",
    description = "List the keys of a revision, one level deep as a directory is.")
final class ListKeys extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "main",
      description = "The revision (default: main).")
  private String revision = "main";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "A directory of keys, with or without its last '/'.")
  private String prefix = "";

  @Option(names = "-l", description = "Show lengths and hashes.")
  private boolean details;

  @Option(names = "-r", description = "List everything below, not one level.")
  private boolean all;

  ListKeys(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve ls $R main air/ -l -r";
  }

  @Override
  int run(Output out) {
    String directory = directory(prefix);
    try (Repository repository = open(repo, revision)) {
      Snapshot snapshot = repository.snapshot(revision);
      HashAlgorithm algorithm = repository.config().hash();
      boolean any =
          all
              ? tellAll(snapshot, directory, algorithm, out)
              : tellLevel(snapshot, directory, algorithm, out);
      if (!any && !directory.isEmpty()) {
        boolean key = snapshot.entry(Key.of(directory)).isPresent();
        throw Refusal.notFound(
            "nothing is below '" + directory + "/' in " + revision,
            key
                ? "it is a key; 'varve cat' shows its value"
                : "'varve ls' without a prefix lists the top level");
      }
    }
    return Failure.OK;
  }

  /** A directory of keys without its last '/'; nothing, or '/' alone, is the top. */
  private static String directory(String prefix) {
    if (prefix.isEmpty() || prefix.equals("/")) {
      return "";
    }
    return Key.of(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix)
        .toString();
  }

  private boolean tellAll(
      Snapshot snapshot, String directory, HashAlgorithm algorithm, Output out) {
    Iterator<KeyEntry> entries = snapshot.entries(directory);
    boolean any = entries.hasNext();
    while (entries.hasNext()) {
      KeyEntry entry = entries.next();
      tell(entry.key(), entry.entry(), algorithm, out);
    }
    return any;
  }

  private boolean tellLevel(
      Snapshot snapshot, String directory, HashAlgorithm algorithm, Output out) {
    Iterator<Listed> level = snapshot.list(directory);
    boolean any = level.hasNext();
    while (level.hasNext()) {
      Listed listed = level.next();
      if (listed instanceof Listed.Leaf leaf) {
        tell(leaf.key(), leaf.entry(), algorithm, out);
      } else if (out.json()) {
        out.line(JsonLine.of("prefix").put("key", listed.name()));
      } else {
        out.words((details ? " ".repeat(15 + 2 + 12 + 2) : "") + Words.safe(listed.name()));
      }
    }
    return any;
  }

  private void tell(Key key, Entry entry, HashAlgorithm algorithm, Output out) {
    if (!out.json() && !details) {
      out.words(Words.safe(key.toString()));
      return;
    }
    ContentHash hash = Entries.hash(algorithm, entry);
    if (out.json()) {
      out.line(
          JsonLine.of("entry")
              .put("key", key.toString())
              .put("length", entry.length())
              .put("hash", hash));
    } else {
      String length = Long.toString(entry.length());
      out.words(
          " ".repeat(Math.max(0, 15 - length.length()))
              + length
              + "  "
              + Words.brief(hash)
              + "  "
              + Words.safe(key.toString()));
    }
  }
}
