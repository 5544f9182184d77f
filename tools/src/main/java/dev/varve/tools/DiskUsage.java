package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.Repository;
import dev.varve.version.View;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells how much each snapshot or array needs, and what of it nothing else does. */
@Command(
    name = "du",
    description =
        "Tell how many stored bytes each snapshot or array needs, and shares with others.")
final class DiskUsage extends Subcommand {
  /** What is told about. */
  enum By {
    /** Each reachable commit. */
    SNAPSHOT,
    /** Each array of all reachable commits; values of no array count for '/'. */
    ARRAY
  }

  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Option(
      names = "--by",
      paramLabel = "snapshot|array",
      defaultValue = "snapshot",
      description = "One line a snapshot (the default), or one an array of all snapshots.")
  private String by = "snapshot";

  DiskUsage(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve du $R --by snapshot";
  }

  @Override
  int run(Output out) {
    By what =
        switch (by) {
          case "snapshot" -> By.SNAPSHOT;
          case "array" -> By.ARRAY;
          default ->
              throw Refusal.usage("nothing is counted by '" + by + "'", "choose snapshot or array");
        };
    try (Repository repository = open(repo);
        Progress progress = out.progress("counting snapshots")) {
      SnapshotOrder order = new SnapshotOrder(repository);
      ArrayUsage arrays = new ArrayUsage();
      View documents = repository.view(repository.emptyManifest());
      SnapshotUsage usage =
          new SnapshotUsage(
              repository,
              order,
              (key, entry) -> {
                if (what == By.ARRAY) {
                  arrays.learn(documents, key, entry);
                }
              },
              progress);
      if (what == By.ARRAY) {
        arrays.count(repository, order.newestFirst(), usage.objects());
        progress.wipe();
        arrays
            .rows()
            .forEach(
                (path, row) ->
                    tell(out, path.toString(), row.bytes(), row.uniqueBytes(), row.objects()));
      } else {
        progress.wipe();
        List<ContentHash> commits = order.newestFirst();
        for (int i = 0; i < commits.size(); i++) {
          tell(
              out,
              commits.get(i).toString(),
              usage.bytes(i),
              usage.uniqueBytes(i),
              usage.objects(i));
        }
      }
      total(out, order, usage);
    }
    return Failure.OK;
  }

  private static void tell(Output out, String name, long bytes, long unique, long objects) {
    if (out.json()) {
      out.line(
          JsonLine.of("usage")
              .put("name", name)
              .put("bytes", bytes)
              .put("unique_bytes", unique)
              .put("shared_bytes", bytes - unique)
              .put("objects", objects));
    } else {
      out.words(
          String.format(
              Locale.ROOT,
              "%12s  %12s alone  %12s shared  %10s  %s",
              Words.size(bytes),
              Words.size(unique),
              Words.size(bytes - unique),
              Words.count(objects),
              name.startsWith("/") ? Words.safe(name) : name.substring(0, 12)));
    }
  }

  private static void total(Output out, SnapshotOrder order, SnapshotUsage usage) {
    long logical = 0;
    for (int i = 0; i < order.newestFirst().size(); i++) {
      logical += usage.bytes(i);
    }
    long stored = 0;
    for (int object = 0; object < usage.objects().size(); object++) {
      stored += usage.objects().length(object);
    }
    if (out.json()) {
      out.line(
          JsonLine.of("total")
              .put("stored_bytes", stored)
              .put("logical_bytes", logical)
              .put("objects", usage.objects().size()));
    } else {
      out.words(
          Words.size(stored)
              + " in "
              + Words.count(usage.objects().size(), "object")
              + "; the snapshots apart would need "
              + Words.size(logical));
    }
  }
}
