package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.Tree;
import dev.varve.version.Logged;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.zarr.ZarrPath;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists commits. */
@Command(name = "log", description = "List the commits that led to a revision, newest first.")
final class Log extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "main",
      description = "Where to begin (default: main).")
  private String revision = "main";

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "Only commits that changed this key, array or group, or something below it.")
  private @Nullable String path;

  @Option(names = "-n", paramLabel = "N", description = "At most N commits.")
  private long most = Long.MAX_VALUE;

  Log(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve log $R --path /air";
  }

  @Override
  int run(Output out) {
    if (most < 0) {
      throw Refusal.usage("-n is negative: " + most, "0 or more commits can be listed");
    }
    ZarrPath below = path == null ? ZarrPath.ROOT : ZarrPath.of(path);
    try (Repository repository = open(repo, revision)) {
      long told = 0;
      Iterator<Logged> history = repository.history(List.of(repository.resolve(revision)));
      while (told < most && history.hasNext()) {
        Logged logged = history.next();
        if (path == null
            || touches(repository, logged.commit().manifest(), logged.commit().parents(), below)) {
          tell(repository, logged, out);
          told++;
        }
      }
      if (told == 0 && most > 0) {
        throw Refusal.notFound(
            "no commit that led to '" + revision + "' ever had anything at " + below,
            "'varve ls' lists what a revision holds");
      }
    }
    return Failure.OK;
  }

  private static void tell(Repository repository, Logged logged, Output out) {
    if (out.json()) {
      out.line(Commits.line(repository.config().hash(), logged.id(), logged.commit()));
    } else {
      out.words(Commits.brief(logged.id(), logged.commit()));
    }
  }

  /**
   * Whether a commit made what is at the path: it holds it as none of its parents does. A merge
   * that took the path as one side had it is passed over; that side's commits are told.
   */
  private static boolean touches(
      Repository repository, Manifest made, List<ContentHash> parents, ZarrPath path) {
    if (parents.isEmpty()) {
      return holds(repository, made, path);
    }
    for (ContentHash parent : parents) {
      if (!differ(repository, repository.commit(parent).manifest(), made, path)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Repository repository, Manifest manifest, ZarrPath path) {
    for (Part part : Part.values()) {
      if (tree(repository, manifest, part).totals(path.prefix()).keys() > 0) {
        return true;
      }
    }
    return !path.isRoot() && entry(repository, manifest, path).isPresent();
  }

  private static boolean differ(
      Repository repository, Manifest before, Manifest after, ZarrPath path) {
    if (before.equals(after)) {
      return false;
    }
    for (Part part : Part.values()) {
      if (repository.diff(before, after, part, path.directory()).hasNext()) {
        return true;
      }
    }
    return !path.isRoot()
        && !entry(repository, before, path).equals(entry(repository, after, path));
  }

  /** The entry of the key that is spelled like the path. */
  private static Optional<Entry> entry(Repository repository, Manifest manifest, ZarrPath path) {
    Key key = Key.of(path.toString().substring(1));
    return tree(repository, manifest, Manifest.part(key)).get(key);
  }

  private static Tree tree(Repository repository, Manifest manifest, Part part) {
    return new Tree(repository.nodes(), manifest.root(part));
  }
}
